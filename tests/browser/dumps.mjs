// Dumps to look at: the demo, one of 100,000 rows, and one made of nothing but
// attacks. All of it is made up, the same bytes each time.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import zlib from "node:zlib";

export const PROJECT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const BINARY = process.env.DEVTRAIL ?? path.join(process.env.CARGO_TARGET_DIR ?? path.join(PROJECT, "target"), "debug/devtrail");
const SCRATCH = fs.mkdtempSync(path.join(os.tmpdir(), "devtrail-browser-"));
process.on("exit", () => fs.rmSync(SCRATCH, { recursive: true, force: true }));

// Analyses a dump; gives the folder of the reports.
export function analyze(dump, ...flags) {
  if (!fs.existsSync(BINARY)) throw new Error(`${BINARY} is not there: run \`cargo build\` first, or name the program in DEVTRAIL`);
  const out = path.join(SCRATCH, `audit-${[dump, ...flags].join(" ").replace(/[^a-z0-9]+/gi, "-").slice(-80)}`);
  if (fs.existsSync(out)) return out;
  const run = ["analyze", dump, "-o", out, "-q", "--no-progress", ...flags];
  try {
    execFileSync(BINARY, run, { stdio: ["ignore", "ignore", "pipe"], env: { TZ: "UTC" } });
  } catch (error) {
    // 3: reports were written, but not all of the input was sound.
    if (error.status !== 3) throw error;
  }
  return out;
}

export function summaryOf(out) {
  return JSON.parse(fs.readFileSync(path.join(out, "summary.json"), "utf8"));
}

// The rows of a table's CSV as objects.
export function rowsOf(out, table) {
  const [head, ...lines] = parseCsv(fs.readFileSync(path.join(out, "tables", `${table}.csv`), "utf8"));
  return lines.map((cells) => Object.fromEntries(head.map((name, at) => [name, cells[at]])));
}

export function parseCsv(text) {
  const lines = [[]];
  for (const match of text.matchAll(/("(?:[^"]|"")*"|[^,\n]*)(,|\n|$)/g)) {
    const line = lines[lines.length - 1];
    line.push(match[1].startsWith('"') ? match[1].slice(1, -1).replaceAll('""', '"') : match[1]);
    if (match[2] === "\n") lines.push([]);
    if (match[2] === "") break;
  }
  return lines.filter((line) => line.length > 1 || line[0] !== "");
}

export const DEMO = path.join(PROJECT, "sample-logs/demo");

// The demo without the objects of some days.
export function gappyDump(...days) {
  const dump = path.join(SCRATCH, "gappy");
  fs.cpSync(DEMO, dump, { recursive: true, filter: (file) => !days.some((day) => file.includes(day)) });
  return dump;
}

const ACCOUNTS = ["111122223333", "222233334444", "333344445555"];
const CALLS = [
  ["ec2.amazonaws.com", "TerminateInstances", (n) => ({ instancesSet: { items: [{ instanceId: `i-${n.toString(16).padStart(17, "0")}` }] } })],
  ["s3.amazonaws.com", "DeleteBucket", (n) => ({ bucketName: `bucket-${n}` })],
  ["dynamodb.amazonaws.com", "DeleteTable", (n) => ({ tableName: `table-${n}` })],
  ["rds.amazonaws.com", "DeleteDBInstance", (n) => ({ dBInstanceIdentifier: `db-${n}`, skipFinalSnapshot: true })],
];

function record(n, at, extra) {
  return {
    eventVersion: "1.10", eventID: `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`, requestID: `R${n}`, eventTime: at,
    awsRegion: "eu-west-1", sourceIPAddress: "203.0.113.7", userAgent: "aws-cli/2.15.30", responseElements: null, readOnly: false,
    eventType: "AwsApiCall", managementEvent: true, eventCategory: "Management", ...extra,
  };
}

function put(folder, name, content) {
  const file = path.join(folder, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, content);
}

// 100,000 destructive calls of 40 people in three accounts over 60 days.
export function wideDump(rows = 100000) {
  const dump = path.join(SCRATCH, "wide");
  const start = Date.parse("2026-01-01T00:00:00Z");
  for (let from = 0; from < rows; from += 5000) {
    const records = [];
    for (let n = from; n < Math.min(rows, from + 5000); n++) {
      const at = new Date(start + Math.floor(n * (5184000 / rows)) * 1000).toISOString().replace(".000Z", "Z");
      const [source, name, parameters] = CALLS[n % CALLS.length];
      const account = ACCOUNTS[n % 3];
      const user = `user${(n * 7) % 40}`;
      records.push(record(n, at, {
        eventSource: source, eventName: name, requestParameters: parameters(n), recipientAccountId: account,
        ...(n % 11 === 0 ? { errorCode: "AccessDenied" } : {}),
        userIdentity: { type: "IAMUser", principalId: `AIDA${user}`, userName: user, arn: `arn:aws:iam::${account}:user/${user}`, accountId: account, accessKeyId: `AKIA${user.toUpperCase()}` },
      }));
    }
    put(dump, `part-${String(from).padStart(6, "0")}.json.gz`, zlib.gzipSync(JSON.stringify({ Records: records }), { level: 1 }));
  }
  return dump;
}

// A few calls within half an hour of one day.
export function shortDump() {
  const dump = path.join(SCRATCH, "short");
  const identity = { type: "IAMUser", principalId: "AIDA1", userName: "judy", arn: `arn:aws:iam::${ACCOUNTS[0]}:user/judy`, accountId: ACCOUNTS[0], accessKeyId: "AKIA1" };
  const records = [0, 9, 26].map((minute, n) => {
    const [eventSource, eventName, parameters] = CALLS[n];
    return record(n, `2026-01-17T11:${String(minute).padStart(2, "0")}:00Z`, { eventSource, eventName, requestParameters: parameters(n), recipientAccountId: ACCOUNTS[0], userIdentity: identity });
  });
  put(dump, "short.json", JSON.stringify({ Records: records }));
  return dump;
}

// What an attacker would write into a field: each would leave a trace if it ran.
export const ATTACKS = [
  "<script>globalThis.pwned='script'</script>",
  "</script><script>globalThis.pwned='broken out'</script>",
  "<!--<script>globalThis.pwned='comment'</script>",
  "<img src=x onerror=\"globalThis.pwned='img'\">",
  "<svg onload=globalThis.pwned='svg'>",
  "\"'><iframe srcdoc=\"<script>parent.pwned='frame'</script>\"></iframe>",
  "javascript:globalThis.pwned='url'",
  "<a href=\"javascript:globalThis.pwned='link'\">x</a>",
  "</style><style>*{background:url(http://attack.example/css)}</style>",
  "<link rel=stylesheet href=http://attack.example/a.css><base href=http://attack.example/>",
  "<meta http-equiv=refresh content=\"0;url=http://attack.example/\">",
  "{{constructor.constructor(\"globalThis.pwned='template'\")()}}${globalThis.pwned='literal'}<%= pwned %>",
  "{\"__proto__\":{\"pwned\":\"json\"}}", "__proto__", "constructor", "'; DROP TABLE timeline; --",
  "=cmd|'/C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", "＝1+1",
  "\u202Egnp.exe\u202C\u2066x\u2069", "zero\u200Bwidth\u200D\uFEFF", "\u001B[31mred\u001B]52;c;eA==\u0007", "nul\u0000and\u0008bell",
  "\uD800 lone \uDC00", "e\u0301\u0301\u0301\u0301\u0301\u0301zalgo", "\u2028line\u2029", "🏴\u{E0067}\u{E0062}", "%0d%0aSet-Cookie:x", "#window/../%2e%2e",
];

function attacked(n) {
  return ATTACKS[n % ATTACKS.length];
}

function identity(n, account) {
  const evil = attacked(n);
  return {
    type: "AssumedRole", principalId: `AROA:${evil}`, arn: `arn:aws:sts::${account}:assumed-role/AWSManagedServicesDevelopmentRole/${evil}`,
    accountId: account, accessKeyId: `ASIA${evil}`, userName: evil, invokedBy: evil,
    sessionContext: {
      sourceIdentity: evil, attributes: { creationDate: "2026-01-02T03:00:00Z", mfaAuthenticated: "false" },
      sessionIssuer: { type: "Role", principalId: `AROA${n}`, arn: `arn:aws:iam::${account}:role/AWSManagedServicesDevelopmentRole`, accountId: account, userName: "AWSManagedServicesDevelopmentRole" },
    },
  };
}

// Records, RFCs and names of objects that are nothing but attacks.
export function hostileDump() {
  const dump = path.join(SCRATCH, "hostile");
  const account = ACCOUNTS[0];
  const records = [];
  ATTACKS.forEach((evil, n) => {
    const at = new Date(Date.parse("2026-01-02T03:04:00Z") + n * 61000).toISOString().replace(".000Z", "Z");
    const common = { userIdentity: identity(n, account), recipientAccountId: account, sourceIPAddress: evil, userAgent: n === 3 ? `${evil}${"A".repeat(1000000)}` : evil, awsRegion: n % 2 ? "us-east-1" : evil };
    records.push(
      record(`a${n}${evil}`, at, { ...common, eventSource: "dynamodb.amazonaws.com", eventName: "DeleteTable", requestParameters: { tableName: evil }, resources: [{ ARN: evil, type: evil, accountId: evil }] }),
      record(`b${n}${evil}`, at, { ...common, eventSource: evil, eventName: `Delete${evil}`, requestParameters: { [evil]: evil }, errorCode: evil, errorMessage: evil }),
      record(`c${n}`, at, { ...common, userIdentity: { ...identity(n, account), type: evil }, eventSource: "kms.amazonaws.com", eventName: "ScheduleKeyDeletion", requestParameters: { keyId: evil, pendingWindowInDays: 7 }, responseElements: { keyId: evil, deletionDate: "Jan 9, 2026 3:04:05 AM" } }),
      record(`d${n}`, at, { ...common, eventSource: "iam.amazonaws.com", eventName: n % 2 ? "CreateRole" : "DeleteRole", requestParameters: { roleName: "AWSManagedServicesDevelopmentRole", description: evil }, awsRegion: "us-east-1" }),
    );
  });
  // JavaScript writes a lone surrogate as an escape, as an attacker would.
  put(dump, "AWSLogs/attack.json", JSON.stringify({ Records: records }));
  ATTACKS.filter((evil) => !/[/\0\uD800-\uDFFF]/.test(evil)).forEach((evil, n) => {
    put(dump, `${evil}.json`, JSON.stringify({ Records: [record(`f${n}`, "2026-01-02T05:00:00Z", { userIdentity: identity(n, account), recipientAccountId: account, eventSource: "s3.amazonaws.com", eventName: "DeleteBucket", requestParameters: { bucketName: evil } })] }));
    put(dump, `rfc/${evil}.json`, JSON.stringify({ Rfc: { RfcId: `rfc-${n}-${evil}`, ChangeTypeId: "ct-1opjmhuddw194", ChangeTypeVersion: evil, Title: evil, Status: { Id: n % 2 ? "Success" : evil, Name: evil }, CreatedBy: evil, CreatedTime: "2026-01-02T02:00:00Z", ExecutionParameters: evil, AutomationStatus: { Id: evil } } }));
    put(dump, `broken/${evil}.json`, `{"Records":[{"eventID":${JSON.stringify(evil)}`);
  });
  return dump;
}
