// What the pages for browsers have in common: no script, nothing from elsewhere, readable without colours.

import { escapeXml } from '../api/xml-writer.js';
import { type HttpReply, textReply } from '../http/exchange.js';

const STYLE = `
:root { color-scheme: light dark; font: 100%/1.5 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 50rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; font-weight: bold; padding-bottom: .5rem; }
th, td { border-bottom: 1px solid; padding: .4rem .8rem .4rem 0; text-align: left; vertical-align: top; }
time { white-space: nowrap; }`;

/** A page of this body, which is HTML already. */
export function pageReply(status: number, title: string, body: string): HttpReply {
  const page = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeXml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`;
  return textReply(status, 'text/html;charset=UTF-8', page, {
    'content-security-policy':
      "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    'cache-control': 'no-store',
  });
}
