"""The web role over a seeded database: every answer against docs/openapi.yaml, and the promises beside it.

usage: test_api.py WEB_SEED ROOT
"""
import decimal
import gzip
import http.client
import json
import pathlib
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest
import xml.etree.ElementTree

import yaml

SEED, ROOT = sys.argv[1], pathlib.Path(sys.argv[2])
ADDRESS = "ltc1qw508d6qejxtdg4y5r3zarvary0c5xw7kgmn4n9"
IDLE = "ltc1qqqqsyqcyq5rqwzqfpg9scrgwpugpzysn3s44dy"  # valid, has never mined
BITCOIN = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
CONF = """\
data_dir: "{dir}/data"
coins_dir: "{root}/coins"
web: {{listen: "127.0.0.1:{port}", url: "https://pool.example.org"{web}}}
pools:
  - name: litecoin
    title: Kozan <Litecoin>
    coin: litecoin
    address: ltc1qw508d6qejxtdg4y5r3zarvary0c5xw7kgmn4n9
    daemons:
      - {{name: a, url: "http://127.0.0.1:9332", user: u, password: p}}
    wallet: {{name: pool}}
    ports:
      - {{listen: "0.0.0.0:3333", name: low, label: "Low-end CPU", difficulty: 0.5}}
"""


def free_port():
    for port in range(23100, 23500):
        with socket.socket() as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                s.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass
    raise RuntimeError("no free port")


def until(what, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("this did not become true")


class Web:
    def __init__(self, *args, web="", data=None):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="kozan-web-"))
        self.port = free_port()
        self.db = self.dir / "data" / "kozan.db"
        self.db.parent.mkdir()
        if data:
            data(self.db)
        conf = self.dir / "kozan.yaml"
        conf.write_text(CONF.format(dir=self.dir, root=ROOT, port=self.port, web=web))
        self.log = open(self.dir / "log", "w+")
        self.process = subprocess.Popen([SEED, conf, *args], stderr=self.log)
        until(lambda: self.process.poll() is not None or self.is_up(), 60)

    def is_up(self):
        try:
            return self.get("/healthz").status == 200
        except OSError:
            return False

    def request(self, method, path, headers=None):
        conn = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        conn.request(method, path, headers=headers or {})
        answer = conn.getresponse()
        answer.body = answer.read()
        conn.close()
        return answer

    def get(self, path, **headers):
        return self.request("GET", path, {k.replace("_", "-"): v for k, v in headers.items()})

    def json(self, path):
        return json.loads(self.get(path).body)

    def stop(self):
        self.process.terminate()
        status = self.process.wait(30)
        self.log.seek(0)
        text = self.log.read()
        self.log.close()
        shutil.rmtree(self.dir)
        return status, text


class Stream:
    """The raw text of a live stream, as it comes."""

    def __init__(self, web, topics, last_id=None):
        self.socket = socket.create_connection(("127.0.0.1", web.port), timeout=30)
        more = f"Last-Event-ID: {last_id}\r\n" if last_id else ""
        self.socket.sendall(f"GET /api/v1/live?topics={topics} HTTP/1.1\r\nHost: x\r\n{more}\r\n".encode())
        self.text = ""

    def read(self, pattern):
        def more():
            self.text += self.socket.recv(65536).decode()
            return re.search(pattern, self.text, re.S)
        return re.search(pattern, self.text, re.S) or until(more)

    def close(self):
        self.socket.close()


OPENAPI = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text())
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


def is_type(value, name):
    if name in ("integer", "number"):
        kinds = (int,) if name == "integer" else (int, float)
        return isinstance(value, kinds) and not isinstance(value, bool)
    return isinstance(value, TYPES[name])


def check(value, schema, at="$"):
    """The part of JSON Schema that the description uses; anything else in it is an error here."""
    known = {"$ref", "type", "required", "properties", "additionalProperties", "items", "enum", "pattern", "minimum",
             "maximum", "description", "maxLength", "allOf"}
    assert set(schema) <= known, f"{at}: the test does not know {set(schema) - known}"
    if "$ref" in schema:
        node = OPENAPI
        for part in schema["$ref"].removeprefix("#/").split("/"):
            node = node[part]
        return check(value, node, at)
    if "allOf" in schema:
        for part in schema["allOf"]:
            check(value, part, at)
        return
    names = schema.get("type", [])
    names = [names] if isinstance(names, str) else names
    assert any(is_type(value, n) for n in names), f"{at}: {value!r} is not {names}"
    if value is None:
        return
    assert value in schema.get("enum", [value]), f"{at}: {value!r} is not one of {schema['enum']}"
    if isinstance(value, str) and "pattern" in schema:
        assert re.search(schema["pattern"], value), f"{at}: {value!r} is not like {schema['pattern']}"
    if is_type(value, "number"):
        assert value >= schema.get("minimum", value) and value <= schema.get("maximum", value), f"{at}: {value}"
    if isinstance(value, list):
        for i, item in enumerate(value):
            check(item, schema["items"], f"{at}[{i}]")
    if isinstance(value, dict):
        missing = set(schema.get("required", [])) - set(value)
        assert not missing, f"{at}: {missing} missing"
        if schema.get("additionalProperties") is False:
            extra = set(value) - set(schema["properties"])
            assert not extra, f"{at}: {extra} not described"
        for key, member in schema.get("properties", {}).items():
            if key in value:
                check(value[key], member, f"{at}.{key}")


def check_answer(answer, path):
    described = OPENAPI["paths"][path]["get"]["responses"][str(answer.status)]
    if "$ref" in described:
        described = OPENAPI["components"]["responses"][described["$ref"].rsplit("/", 1)[1]]
    body = json.loads(answer.body)
    check(body, described["content"]["application/json"]["schema"])
    return body


class Seeded(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.web = Web()

    @classmethod
    def tearDownClass(cls):
        status, log = cls.web.stop()
        assert status == 0, log
        assert "Sanitizer" not in log and "runtime error" not in log, log

    def test_every_answer_is_as_described(self):
        [named] = check_answer(self.web.get("/api/v1/pools"), "/api/v1/pools")["items"]
        self.assertEqual((named["name"], named["algorithm"]), ("litecoin", "scrypt"))
        check_answer(self.web.get(named["url"]), "/api/v1/pool")
        check_answer(self.web.get(named["url"] + "/blocks"), "/api/v1/blocks")
        pool = check_answer(self.web.get("/api/v1/pool"), "/api/v1/pool")
        self.assertEqual(pool["stale_ms"], 0)
        self.assertEqual((pool["miners"], pool["workers"]), (3, 5))
        self.assertGreater(pool["hashrate"]["now"], 30e6)
        self.assertEqual(pool["ports"][0]["url"], "stratum+tcp://pool.example.org:3333")
        self.assertTrue(pool["status"]["ready"])
        self.assertEqual(len(check_answer(self.web.get("/api/v1/chart"), "/api/v1/chart")["hashrate"]), 96)
        blocks = check_answer(self.web.get("/api/v1/blocks"), "/api/v1/blocks")
        states = [b["state"] for b in blocks["items"]]
        self.assertEqual(states, ["pending", "immature", "immature", "immature", "mature", "orphan", "mature", "mature"])
        payments = check_answer(self.web.get("/api/v1/payments"), "/api/v1/payments")
        self.assertEqual([p["state"] for p in payments["items"]], ["broadcast", "confirmed"])
        events = check_answer(self.web.get("/api/v1/events"), "/api/v1/events")
        self.assertEqual(events["items"][1]["details"], {"height": 2812347})
        account = check_answer(self.web.get("/api/v1/accounts/" + ADDRESS), "/api/v1/accounts/{address}")
        self.assertEqual({w["name"]: w["online"] for w in account["workers"]}, {"rig1": True, "rig2": True, "attic": False})
        self.assertGreater(float(account["balance"]["paid"]), 1)
        self.assertIsNone(pool["payout"]["paused"])

    def test_statistics_are_as_described(self):
        for name in ("hashrate", "miners", "workers", "network", "difficulty"):
            for span, count in (("24h", 96), ("7d", 168), ("30d", 180), ("1y", 365)):
                series = check_answer(self.web.get(f"/api/v1/series/{name}?range={span}"), "/api/v1/series/{name}")
                self.assertEqual(len(series["values"]), count)
                self.assertTrue(any(series["values"]), f"{name} {span}")
        mean = [v for v in self.web.json("/api/v1/series/hashrate")["values"] if v is not None]
        self.assertAlmostEqual(sum(mean[:-1]) / len(mean[:-1]) / self.web.json("/api/v1/pool")["hashrate"]["h24"], 1, 1)
        account = "/api/v1/accounts/" + ADDRESS
        rates = check_answer(self.web.get(account + "/series?range=7d"), "/api/v1/accounts/{address}/series")
        self.assertGreater(max(v or 0 for v in rates["values"]), 1e6)
        worker = check_answer(self.web.get(account + "/workers/rig1"), "/api/v1/accounts/{address}/workers/{worker}")
        self.assertEqual(worker["rejects_h24"], [{"reason": "stale", "shares": 240}, {"reason": "low_difficulty", "shares": 7}])
        self.assertTrue(worker["online"])
        self.assertGreater(worker["difficulty"], 0)
        one = check_answer(self.web.get(account + "/workers/rig1/series?range=24h"),
                           "/api/v1/accounts/{address}/workers/{worker}/series")
        self.assertLess(max(v or 0 for v in one["values"]), max(mean))
        nameless = self.web.json("/api/v1/accounts/LVuDpNCSSj6pQ7t9Pv6d6sUkLKoqDEVUnJ/workers/")
        self.assertEqual((nameless["name"], nameless["rejects_h24"]), ("", []))
        luck = check_answer(self.web.get("/api/v1/luck"), "/api/v1/luck")
        self.assertEqual((luck["windows"][0]["counted"], luck["windows"][0]["orphans"]), (6, 1))
        self.assertEqual(len(luck["rounds"]), 6)
        miners = check_answer(self.web.get("/api/v1/miners"), "/api/v1/miners")["items"]
        self.assertEqual(miners[0]["address"], ADDRESS)
        self.assertAlmostEqual(sum(m["part"] for m in miners), 1, delta=0.05)
        second = self.web.json("/api/v1/miners?limit=1&before=1")
        self.assertEqual((second["items"], second["next"]), ([miners[1]], "2"))

    def test_rules_status_and_news_are_as_described(self):
        rules = check_answer(self.web.get("/api/v1/rules"), "/api/v1/rules")
        self.assertEqual((rules["reward"]["scheme"], rules["reward"]["fee_percent"]), ("pplns", 1))
        self.assertEqual(rules["ports"][0]["ports"], [3333])
        status = check_answer(self.web.get("/api/v1/status"), "/api/v1/status")
        self.assertTrue(status["database"]["answers"])
        self.assertEqual([r["state"] for r in status["seen"]["roles"]], ["running", "silent"])
        self.assertEqual([i["kind"] for i in status["seen"]["incidents"]], ["payouts_resumed", "payouts_paused"])
        self.assertEqual(status["seen"]["incidents"][1]["reason"], "wallet check")
        news = check_answer(self.web.get("/api/v1/news"), "/api/v1/news")["items"]
        self.assertEqual([sorted(n["texts"]) for n in news], [["en"], ["en", "ja"]])
        html = news[1]["texts"]["en"]["html"]
        self.assertIn("<b>larger</b>", html)
        self.assertIn('<li>details: <a href="/blocks" rel="noopener noreferrer">blocks</a> &lt;script&gt;', html)
        self.assertEqual(self.web.json("/api/v1/pool")["banners"][0]["titles"]["en"], "Maintenance on <Sunday>")

    def test_news_can_be_read_by_feed_readers_and_without_scripts(self):
        feed = self.web.get("/news.atom", Accept_Language="ja")
        self.assertEqual(feed.getheader("Content-Type"), "application/atom+xml; charset=utf-8")
        atom = "{http://www.w3.org/2005/Atom}"
        root = xml.etree.ElementTree.fromstring(feed.body)
        self.assertEqual([e.find(atom + "title").text for e in root.iter(atom + "entry")], ["English only", "日曜日にメンテナンス"])
        self.assertIn("<b>大きな</b>", [e.find(atom + "content").text for e in root.iter(atom + "entry")][1])
        page = self.web.get("/news").body.decode()
        self.assertIn("Maintenance on &lt;Sunday&gt;", page)
        self.assertNotIn("<script>alert", page)

    def test_every_page_of_the_portal_is_there(self):
        for path in ("/pool", "/network", "/miners", "/status", "/rules", "/help", "/news", f"/a/{ADDRESS}/w/rig1",
                     f"/a/{ADDRESS}/statement"):
            answer = self.web.get(path)
            self.assertEqual(answer.status, 200, path)
            self.assertIn("modulepreload", answer.body.decode())
        self.assertEqual(self.web.get(f"/a/{ADDRESS}/nothing").status, 404)

    def test_a_statement_ends_with_the_balance(self):
        path, described = "/api/v1/accounts/" + ADDRESS, "/api/v1/accounts/{address}/statement"
        balance = self.web.json(path)["balance"]
        owed = sum(decimal.Decimal(balance[book]) for book in ("immature", "available", "paying"))
        for query in ("", "?by=day", "?by=month&from=1970-01", "?to=2999-12-31"):
            lines = check_answer(self.web.get(path + "/statement" + query), described)["lines"]
            self.assertEqual(decimal.Decimal(lines[-1]["balance"]), owed)
            self.assertEqual(sum(decimal.Decimal(line["paid"]) for line in lines), decimal.Decimal(balance["paid"]))
        self.assertEqual(check_answer(self.web.get(path + "/statement?to=1970-01"), described)["lines"], [])
        table = self.web.get(path + "/statement.csv?by=month")
        self.assertEqual(table.getheader("Content-Type"), "text/csv; charset=utf-8")
        head, *rows = table.body.decode().splitlines()
        self.assertEqual(head, "time,immature,available,paying,paid,network_fee,fee,donation,balance")
        self.assertEqual(decimal.Decimal(rows[-1].split(",")[-1]), owed)

    def test_pages_join_without_gap_or_overlap(self):
        for path in ("/api/v1/blocks", "/api/v1/events"):
            whole = [row["id"] for row in self.web.json(path)["items"]]
            got, before = [], ""
            while before is not None:
                page = self.web.json(f"{path}?limit=1{before and '&before=' + before}")
                got += [row["id"] for row in page["items"]]
                before = page["next"]
            self.assertEqual(got, whole)
        mature = self.web.json("/api/v1/blocks?state=mature")["items"]
        self.assertEqual({b["state"] for b in mature}, {"mature"})

    def test_what_is_wrong_is_said(self):
        for path, described, status, code in [
            ("/api/v1/blocks?limit=0", "/api/v1/blocks", 400, "parameter_invalid"),
            ("/api/v1/blocks?limit=101", "/api/v1/blocks", 400, "parameter_invalid"),
            ("/api/v1/blocks?before=x", "/api/v1/blocks", 400, "parameter_invalid"),
            ("/api/v1/payments?before=-1", "/api/v1/payments", 400, "parameter_invalid"),
            ("/api/v1/blocks?state=lost", "/api/v1/blocks", 400, "parameter_invalid"),
            ("/api/v1/accounts/nonsense", "/api/v1/accounts/{address}", 400, "address_invalid"),
            ("/api/v1/accounts/" + BITCOIN, "/api/v1/accounts/{address}", 400, "address_invalid"),
            ("/api/v1/accounts/" + IDLE, "/api/v1/accounts/{address}", 404, "account_unknown"),
            ("/api/v1/accounts/" + ADDRESS + "/statement?by=week", "/api/v1/accounts/{address}/statement", 400,
             "parameter_invalid"),
            ("/api/v1/accounts/" + ADDRESS + "/statement?from=now", "/api/v1/accounts/{address}/statement", 400,
             "parameter_invalid"),
            ("/api/v1/accounts/" + IDLE + "/statement", "/api/v1/accounts/{address}/statement", 404, "account_unknown"),
            ("/api/v1/series/hashrate?range=2d", "/api/v1/series/{name}", 400, "parameter_invalid"),
            ("/api/v1/series/money", "/api/v1/series/{name}", 404, "not_found"),
            ("/api/v1/accounts/" + ADDRESS + "/workers/none", "/api/v1/accounts/{address}/workers/{worker}", 404, "not_found"),
            ("/api/v1/live?topics=money", "/api/v1/live", 400, "topic_invalid"),
        ]:
            with self.subTest(path):
                answer = self.web.get(path)
                self.assertEqual(answer.status, status)
                self.assertEqual(check_answer(answer, described)["error"]["code"], code)
        self.assertIn("Bitcoin", self.web.json("/api/v1/accounts/" + BITCOIN)["error"]["message"])
        self.assertEqual(self.web.json("/api/v1/nothing")["error"]["code"], "not_found")
        self.assertEqual(self.web.request("POST", "/api/v1/pool").status, 405)
        self.assertEqual(self.web.request("DELETE", "/").status, 405)

    def test_an_answer_is_sent_once(self):
        for path in ("/api/v1/blocks", "/api/v1/accounts/" + ADDRESS, "/"):
            first = self.web.get(path)
            etag = first.getheader("ETag")
            packed = self.web.get(path, Accept_Encoding="gzip")
            if packed.getheader("Content-Encoding") == "gzip":
                gzip.decompress(packed.body)
                self.assertNotEqual(packed.getheader("ETag"), etag)
            head = self.web.request("HEAD", path)
            self.assertEqual((head.status, head.body), (200, b""))
        blocks = self.web.get("/api/v1/blocks")
        again = self.web.get("/api/v1/blocks", If_None_Match=blocks.getheader("ETag"))
        self.assertEqual((again.status, again.body), (304, b""))

    def test_every_answer_carries_the_security_headers(self):
        for path in ("/", "/a/" + ADDRESS, "/nothing", "/api/v1/pool", "/healthz"):
            answer = self.web.get(path)
            self.assertIn("default-src 'none'", answer.getheader("Content-Security-Policy"))
            self.assertEqual(answer.getheader("X-Content-Type-Options"), "nosniff")
            self.assertEqual(answer.getheader("Referrer-Policy"), "no-referrer")
        self.assertEqual(self.web.get("/api/v1/pool").getheader("Access-Control-Allow-Origin"), "*")
        self.assertEqual(self.web.get("/a/" + ADDRESS).getheader("X-Robots-Tag"), "noindex")

    def test_pages_hold_their_data_and_read_without_scripts(self):
        page = self.web.get("/").body.decode()
        first = json.loads(re.search(r'<script type="application/json" id="first">(.*?)</script>', page, re.S)[1])
        self.assertEqual(first["pool"]["title"], "Kozan <Litecoin>")
        self.assertEqual(len(first["blocks"]["items"]), 8)
        self.assertNotIn("<Litecoin>", page)
        self.assertIn("Kozan &lt;Litecoin&gt;", page)
        for text in ("stratum+tcp://pool.example.org:3333", "2812303", "MH/s", "Payments"):
            self.assertIn(text, page)
        japanese = self.web.get("/", Accept_Language="ja-JP,ja;q=0.9").body.decode()
        self.assertIn('<html lang="ja"', japanese)
        self.assertIn("最近のブロック", japanese)
        chosen = self.web.get("/", Accept_Language="ja", Cookie="theme=dark; lang=en").body.decode()
        self.assertIn('<html lang="en" data-theme="dark">', chosen)
        account = self.web.get("/a/" + ADDRESS).body.decode()
        self.assertIn("rig1", account)
        self.assertIn('name="robots"', account)
        search = self.web.get("/a?address=" + ADDRESS.upper())
        self.assertEqual((search.status, search.getheader("Location")), (303, "/a/" + ADDRESS))
        self.assertEqual(self.web.get("/nothing").status, 404)
        self.assertEqual(self.web.get("/a/nonsense").status, 404)

    def test_files_are_packed_and_kept(self):
        page = self.web.get("/").body.decode()
        for path in re.findall(r'(?:src|href)="(/assets/[^"]+)"', page):
            plain, br = self.web.get(path), self.web.get(path, Accept_Encoding="gzip, br")
            self.assertIn("immutable", plain.getheader("Cache-Control"))
            if not path.endswith(".svg"):
                self.assertEqual(br.getheader("Content-Encoding"), "br")
                self.assertLess(len(br.body), len(plain.body) / 2)
        self.assertEqual(self.web.get("/assets/../index.html").status, 404)
        self.assertEqual(self.web.get("/api/v1/openapi.yaml").body, (ROOT / "docs" / "openapi.yaml").read_bytes())

    def test_live_events_come_and_are_resumed(self):
        stream = Stream(self.web, "pool,blocks,addr:" + ADDRESS)
        first = stream.read(r"retry: \d+\n.*id: (\S+)\nevent: pool\ndata: ({.*?})\n\n")
        check(json.loads(first[2]), {"$ref": "#/components/schemas/Pool"})
        stream.read(r"event: blocks\ndata: {.*?}\n\n")
        address = stream.read(r"id: (\S+)\nevent: addr\ndata: ({.*?})\n\n")
        check(json.loads(address[2]), {"$ref": "#/components/schemas/Account"})
        stream.close()
        # Nothing has happened to the blocks since: only what comes new is told.
        resumed = Stream(self.web, "blocks", address[1])
        resumed.read(r"retry: \d+\n")
        db = sqlite3.connect(self.web.db, timeout=10)
        with db:
            db.execute("UPDATE block SET confirmations = confirmations + 1 WHERE state = 2")
        db.close()
        event = resumed.read(r"event: blocks\ndata: ({.*?})\n\n")
        self.assertEqual(resumed.text.count("event: blocks"), 1)
        changed = json.loads(event[1])["items"]  # nothing but what is different
        self.assertEqual({b["state"] for b in changed}, {"immature"})
        self.assertEqual(changed[0]["confirmations"], 47)
        resumed.close()

    def test_metrics_are_for_the_private_network(self):
        text = self.web.get("/metrics").body.decode()
        for name in ('kozan_hashrate{pool="litecoin",window="15m"}', "kozan_http_requests_total", "kozan_build_info"):
            self.assertIn(name, text)
        for line in text.splitlines():
            self.assertRegex(line, r'^(# TYPE \S+ (gauge|counter)|[a-z_]+(\{[^}]*\})? -?[0-9.e+]+)$')
        self.assertEqual(self.web.get("/metrics", X_Forwarded_For="203.0.113.7").status, 403)
        self.assertEqual(self.web.get("/readyz").status, 200)

    def test_old_numbers_stay_while_the_database_is_away(self):
        db = sqlite3.connect(self.web.db, timeout=10)
        before = self.web.json("/api/v1/pool")
        db.execute("ALTER TABLE batch RENAME TO batch_away")
        try:
            until(lambda: self.web.json("/api/v1/pool")["stale_ms"] >= 10000)
            self.assertEqual(self.web.json("/api/v1/pool")["workers"], before["workers"])
            self.assertEqual(self.web.get("/readyz").status, 200)
            self.assertEqual(self.web.get("/").status, 200)
        finally:
            db.execute("ALTER TABLE batch_away RENAME TO batch")
            db.close()
        until(lambda: self.web.json("/api/v1/pool")["stale_ms"] == 0)


class Bare(unittest.TestCase):
    def test_an_empty_pool_is_shown(self):
        web = Web("empty")
        pool = check_answer(web.get("/api/v1/pool"), "/api/v1/pool")
        self.assertEqual((pool["network"], pool["last_block"], pool["status"]["ready"]), (None, None, False))
        self.assertIn("No block yet", web.get("/").body.decode())
        self.assertEqual(web.json("/api/v1/blocks"), {"items": [], "next": None})
        self.assertEqual(web.stop()[0], 0)

    def test_without_a_database_it_waits_for_one(self):
        web = Web("empty", data=lambda db: db.mkdir())
        self.assertEqual(web.get("/healthz").status, 200)
        self.assertEqual(web.get("/readyz").status, 503)
        self.assertEqual(check_answer(web.get("/api/v1/pool"), "/api/v1/pool")["error"]["code"], "database_unavailable")
        self.assertEqual(web.get("/api/v1/accounts/" + ADDRESS).status, 503)
        for path in ("/", "/blocks", "/blocks/1", "/a/" + ADDRESS):
            self.assertEqual(web.get(path).status, 503)
            self.assertIn("Back soon", web.get(path).body.decode())
        for path in ("/rules", "/help", "/status", "/docs/api"):
            self.assertEqual(web.get(path).status, 200)
        status = check_answer(web.get("/api/v1/status"), "/api/v1/status")
        self.assertEqual((status["database"]["answers"], status["seen"]), (False, None))
        web.db.rmdir()
        until(lambda: web.get("/readyz").status == 200)
        self.assertEqual(web.get("/").status, 200)
        self.assertEqual(web.stop()[0], 0)

    def test_a_folder_can_stand_in_for_the_packed_pages(self):
        dist = pathlib.Path(tempfile.mkdtemp(prefix="kozan-dist-"))
        (dist / "i18n").mkdir()
        (dist / "index.html").write_text("<html lang={{lang}}>mine {{data}}</html>")
        for lang in ("en", "ja"):
            (dist / "i18n" / f"{lang}.json").write_text("{}")
        web = Web("empty", web=f', portal_dir: "{dist}"')
        self.assertIn('<html lang=en>mine {"pool":{', web.get("/").body.decode())
        self.assertEqual(web.stop()[0], 0)
        (dist / "index.html").unlink()
        status, log = Web("empty", web=f', portal_dir: "{dist}"').stop()
        self.assertEqual(status, 1)
        self.assertIn("index.html", log)
        shutil.rmtree(dist)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
