#include "base/bytes.h"

void bytes_reverse(uint8_t *out, const uint8_t *in, size_t len)
{
	for (size_t i = 0; i < len - i; i++) {
		uint8_t a = in[i], b = in[len - 1 - i];

		out[i] = b;
		out[len - 1 - i] = a;
	}
}

size_t bytes_put_varint(uint8_t *p, uint64_t v)
{
	if (v < 0xfd) {
		p[0] = (uint8_t)v;
		return 1;
	}
	if (v <= 0xffff) {
		p[0] = 0xfd;
		put_le16(p + 1, (uint16_t)v);
		return 3;
	}
	if (v <= 0xffffffff) {
		p[0] = 0xfe;
		put_le32(p + 1, (uint32_t)v);
		return 5;
	}
	p[0] = 0xff;
	put_le64(p + 1, v);
	return 9;
}
