/**
 * The daemon under TLS, met by libraries that are not ours.
 * @module
 */
import { match } from "node:assert/strict";
import { join } from "@std/path";
import { acquire } from "../../lib/protocol/lease.ts";
import { ROOT, testDirectory } from "../harness.ts";
import { lastLines, runProgram } from "./program.ts";
import { check, checksOf, type Scenario } from "./scenario.ts";

const [CERTIFICATE, KEY] = ["cert.pem", "key.pem"].map((name) =>
  join(ROOT, "tests", "testdata", "tls", name)
) as [string, string];

/** A daemon that was given a certificate. */
export const daemonTls: Scenario = {
  name: "Daemon under TLS: pyarrow and openssl",
  part: "python",
  run: async (_recorded, toolchain) => {
    const python = await toolchain.python("clients");
    await using directory = await testDirectory();
    const daemonArguments = ["--tls-cert", CERTIFICATE, "--tls-key", KEY];
    await using lease = await acquire(directory.path, { daemonArguments });
    const { location, token } = lease;
    return [
      ...await checksOf(python, [
        join(ROOT, "tests", "interop", "tls_client.py"),
        location,
        token,
        CERTIFICATE,
      ]),
      await check("openssl negotiates HTTP/2 and trusts the certificate", async () => {
        const args = ["-connect", new URL(location).host, "-CAfile", CERTIFICATE];
        const { stdout, stderr } = await runProgram("openssl", [
          ...["s_client", "-alpn", "h2", "-verify_return_error", "-servername", "localhost"],
          ...args,
        ]);
        match(stdout, /ALPN protocol: h2/, lastLines(stderr));
        match(stdout, /Verify return code: 0 \(ok\)/);
      }),
    ];
  },
};
