import { deepStrictEqual as deepEqual, ok, strictEqual as equal, throws } from "node:assert/strict";
import fc from "fast-check";
import { ConnectionError, ErrorCode } from "./frames.ts";
import { encodeHeaders, HeaderDecoder, type HeaderField } from "./hpack.ts";
import { decodeHuffman } from "./huffman.ts";
import { STATIC_TABLE } from "./static_table.ts";

const LIMIT_BYTES = 64 * 1024;

function hex(text: string): Uint8Array {
  return Uint8Array.fromHex(text.replaceAll(" ", ""));
}

const REQUEST: HeaderField[] = [
  [":method", "GET"],
  [":scheme", "http"],
  [":path", "/"],
  [":authority", "www.example.com"],
];
const NEXT: HeaderField[] = [...REQUEST, ["cache-control", "no-cache"]];
const THIRD: HeaderField[] = [
  [":method", "GET"],
  [":scheme", "https"],
  [":path", "/index.html"],
  [":authority", "www.example.com"],
  ["custom-key", "custom-value"],
];

/** The examples of RFC 7541, appendix C: blocks of one connection and what they say. */
const EXAMPLES: Readonly<Record<string, readonly (readonly [string, HeaderField[]])[]>> = {
  "C.2.1 literal with indexing": [
    ["400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572", [
      ["custom-key", "custom-header"],
    ]],
  ],
  "C.2.2 literal without indexing": [
    ["040c 2f73 616d 706c 652f 7061 7468", [[":path", "/sample/path"]]],
  ],
  "C.2.3 literal never indexed": [
    ["1008 7061 7373 776f 7264 0673 6563 7265 74", [["password", "secret"]]],
  ],
  "C.2.4 indexed": [["82", [[":method", "GET"]]]],
  "C.3 requests": [
    ["8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d", REQUEST],
    ["8286 84be 5808 6e6f 2d63 6163 6865", NEXT],
    ["8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65", THIRD],
  ],
  "C.4 requests in Huffman's code": [
    ["8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff", REQUEST],
    ["8286 84be 5886 a8eb 1064 9cbf", NEXT],
    ["8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf", THIRD],
  ],
};

for (const [name, blocks] of Object.entries(EXAMPLES)) {
  Deno.test(`HeaderDecoder.decode() reads the example ${name}`, () => {
    const decoder = new HeaderDecoder(LIMIT_BYTES);
    for (const [block, fields] of blocks) deepEqual(decoder.decode(hex(block)), fields);
  });
}

Deno.test("HeaderDecoder.decode() drops what does not fit a table that the client made smaller", () => {
  const decoder = new HeaderDecoder(LIMIT_BYTES);
  deepEqual(decoder.decode(hex("3f21 4001 6101 62 4001 6301 64")), [["a", "b"], ["c", "d"]]);
  deepEqual(decoder.decode(hex("be")), [["c", "d"]]); // 64 bytes hold one entry of 34
  throws(() => decoder.decode(hex("bf")), { code: ErrorCode.COMPRESSION_ERROR });
});

Deno.test("HeaderDecoder.decode() drops a list over the limit and reads the next block", () => {
  const decoder = new HeaderDecoder(100);
  const long: HeaderField = ["name", "x".repeat(200)];
  equal(decoder.decode(encodeHeaders([long])), undefined);
  deepEqual(decoder.decode(hex("82")), [[":method", "GET"]]);
});

const MALFORMED: Readonly<Record<string, string>> = {
  "the index 0": "80",
  "an index beyond the tables": "be",
  "a number without end": "ff ff ff ff ff ff ff",
  "a string that is cut": "00 05 61",
  "a name without a value": "00 01 61",
  "a table larger than offered": "3f e2 1f",
  "a table size after a field": "82 20",
  "padding of zeros": "00 81 00 00",
  "padding of a whole byte": "00 82 1f ff 00",
  "the end of a string inside it": "00 84 ff ff ff ff 00",
};

for (const [what, block] of Object.entries(MALFORMED)) {
  Deno.test(`HeaderDecoder.decode() refuses ${what}`, () => {
    const decoder = new HeaderDecoder(LIMIT_BYTES);
    throws(() => decoder.decode(hex(block)), { code: ErrorCode.COMPRESSION_ERROR });
  });
}

Deno.test("HeaderDecoder.decode() throws nothing but ConnectionError for damaged blocks", () => {
  const refused = (block: Uint8Array): boolean => {
    try {
      new HeaderDecoder(LIMIT_BYTES).decode(block);
      return false;
    } catch (error) {
      ok(error instanceof ConnectionError);
      return true;
    }
  };
  let refusals = 0;
  for (const [block] of Object.values(EXAMPLES).flat()) {
    const bytes = hex(block);
    for (let end = 0; end < bytes.length; end++) {
      refusals += Number(refused(bytes.subarray(0, end)));
    }
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const damaged = bytes.slice();
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      refusals += Number(refused(damaged));
    }
  }
  ok(refusals > 100, `${refusals} were refused`);
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
    refused(bytes);
  }));
});

Deno.test("encodeHeaders() writes what HeaderDecoder reads", () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/);
  const value = fc.stringMatching(/^[ -~]{0,300}$/);
  fc.assert(fc.property(fc.array(fc.tuple(name, value), { maxLength: 20 }), (fields) => {
    const all: HeaderField[] = [[":status", "200"], ...fields];
    deepEqual(new HeaderDecoder(LIMIT_BYTES).decode(encodeHeaders(all)), all);
  }));
});

Deno.test("encodeHeaders() refuses what HTTP/2 cannot carry", () => {
  for (const name of ["", "Upper", "a b", "a\nb", "ü"]) {
    throws(() => encodeHeaders([[name, "x"]]), RangeError);
  }
  for (const value of ["a\nb", "\0", "ü"]) throws(() => encodeHeaders([["a", value]]), RangeError);
});

/** All bytes in their order, as another implementation encodes them. */
const ALL_BYTES = hex(`
  ffc7fffd8fffffe2fffffe3fffffe4fffffe5fffffe6fffffe7fffffe8ffffeafffffff3fffffa7fffffabff
  ffffdfffffebfffffecfffffedfffffeefffffefffffff0ffffff1ffffff2fffffffbfffffcffffffd3fffff
  d7fffffdbfffffdffffffe3fffffe7fffffebfffffed4fe3f9ffaffcabf1febfafefe7fdfd2cbb00089969b7
  1d79fb9f7fff20ffbff3ff50ddbd7f061c58f265cd9f469d5af66dddbf871e5f9cff7ff7fffc3ff9ffe45fff
  4719242cb34e6e9d68a6a3d7dac426defe3cfaf7fffbfe7ffbffdffffffcfffe6ffff4bfff9ffffa3fffd3ff
  ff53fffd5ffffb3fffeb7fffdaffffb7ffff73fffeeffffdeffffebffffbfffffd9ffffdbfffebffffe0ffff
  eeffffc3ffff8bffff1ffffe4fffee7fffb1ffff97fffd9ffffcdffff9fffffbffffdafffeeffff4ffffb7ff
  fee7fffe8ffffd3fffdeffffd5fffeeffffbdffffe1fffdfffff7fffff5ffffecffff07fff87fffe0ffff17f
  ffedffff87ffff77fffeffffeaffff8bfffe3ffff93ffff87fffcbffff37ffff1fffff83ffffe1fffebfffe3
  ffff3fffff2ffffa3ffffd9fffff17ffffc7fffff27ffffdefffffbffffff2fffff8fffffb7fff97fff8ffff
  fe6fffffc1fffff87ffffe7fffffc5ffffe5fffe4ffff2fffffd1fffff4ffffffefffffe3fffffc9fffff97f
  ffb3ffffcffffb7fffcdffff4ffff9ffffd1ffffcffffeaffffafffffddffffeffffff4fffff5fffffabffff
  a7ffffd7fffff9bffffecfffffb7fffff3fffffe8fffffd3fffffabfffff5fffffff7ffffecfffffdbfffffb
  bfffff7ffffff0fffffbbf
`.replaceAll(/\s/g, ""));

Deno.test("decodeHuffman() reads every byte", () => {
  const text = decodeHuffman(ALL_BYTES)!;
  deepEqual([...text].map((char) => char.charCodeAt(0)), Array.from({ length: 256 }, (_, i) => i));
  equal(decodeHuffman(new Uint8Array(0)), "");
});

Deno.test("The static table has the entries of the RFC at both ends and between", () => {
  equal(STATIC_TABLE.length, 61);
  deepEqual(STATIC_TABLE[0], [":authority", ""]);
  deepEqual(STATIC_TABLE[15], ["accept-encoding", "gzip, deflate"]);
  deepEqual(STATIC_TABLE[60], ["www-authenticate", ""]);
});
