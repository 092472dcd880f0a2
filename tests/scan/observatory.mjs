// Scores answers with MDN's HTTP Observatory, without asking anybody: `node observatory.mjs FOLDER < answers.json`,
// where FOLDER holds node_modules. It prints one score for each answer, in order.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const home = join(process.argv[2], "node_modules/@mdn/mdn-http-observatory/src");
const load = (path) => import(pathToFileURL(join(home, path)));
const { ALL_TESTS } = await load("constants.js");
const { Requests } = await load("types.js");
const { getGradeForScore, getScoreModifier } = await load("grader/grader.js");
const { MINIMUM_SCORE_FOR_EXTRA_CREDIT } = await load("grader/charts.js");
const { parseHttpEquivHeaders } = await load("retriever/utils.js");
const { CookieJar } = createRequire(join(home, "scan.js"))("tough-cookie");

function scored({ url, redirect, status, headers, cookies, body }) {
  const requests = new Requests(new URL(url).hostname);
  const jar = new CookieJar();
  for (const cookie of cookies) jar.setCookieSync(cookie, url);
  const carried = { ...headers, ...(cookies.length ? { "set-cookie": cookies } : {}) };
  Object.defineProperty(carried, "get", { value: (name) => carried[name.toLowerCase()] });
  const answer = { status, data: body, verified: true, headers: carried, httpEquiv: parseHttpEquivHeaders(body, url) };
  requests.session = { url: new URL(url), jar };
  requests.resources.path = body;
  requests.responses = {
    auto: answer, https: answer, cors: answer,
    http: { status: redirect.status, headers: {}, verified: true },
    httpRedirects: [
      { url: new URL(url.replace("https:", "http:")), status: redirect.status },
      ...(redirect.location ? [{ url: new URL(redirect.location), status }] : []),
    ],
    httpsRedirects: [],
  };
  const results = ALL_TESTS.map((test) => test(requests)).filter((output) => output.result);
  const modifiers = results.map((output) => getScoreModifier(output.result));
  const sum = (numbers) => numbers.reduce((total, each) => total + each, 100);
  const uncurved = sum(modifiers.filter((each) => each < 0));
  const { score, grade } = getGradeForScore(uncurved >= MINIMUM_SCORE_FOR_EXTRA_CREDIT ? sum(modifiers) : uncurved);
  return { score, grade, faults: results.filter((_, at) => modifiers[at] < 0).map((output) => output.result) };
}

console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(scored)));
