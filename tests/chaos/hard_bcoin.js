/*
 * hard_bcoin.js BCOIN BITS OPTION… -- bcoin's node on a regtest whose blocks take 2^BITS hashes each.
 *
 * On any other regtest every second hash is a block, so shares could not be many and blocks few.
 */
'use strict';

const [bcoin, bits] = process.argv.splice(2, 2);
const {regtest} = require(bcoin + '/lib/protocol/networks');
const {fromCompact, toCompact} = require(bcoin + '/lib/protocol/consensus');

const exact = regtest.pow.limit.ushrn(Number(bits) - 1);
regtest.pow.bits = toCompact(exact);
regtest.pow.limit = fromCompact(regtest.pow.bits);
require(bcoin + '/lib/blockchain/chain').prototype.getTarget = async () => regtest.pow.bits; // the first block's is another

process.argv[1] = bcoin + '/bin/node';
require(process.argv[1]);
