/*! Sourcebot's chat for any web page. MIT. See docs/widget.md.
 *
 * One file, no build, nothing from elsewhere. It works under `style-src 'none'` and Trusted Types:
 * styles are constructed sheets, and everything is built node by node; no text becomes markup.
 */
(() => {
  "use strict";

  const SCRIPT = document.currentScript;

  /* What people read. A page may set window.sourcebotStrings to an object with any of these. */
  const STRINGS = {
    launcher: "Ask a question",
    region: "Chat",
    title: "Sourcebot",
    close: "Close the chat",
    restart: "New conversation",
    restarted: "A new conversation has begun.",
    log: "Conversation",
    you: "You said",
    bot: "{title} said",
    input: "Your question",
    placeholder: "Ask a question …",
    keys: "Enter sends, Shift and Enter begin a new line.",
    send: "Send",
    writing: "{title} is writing …",
    suggestions: "You could ask",
    progress: "Question {step} of about {about}",
    why: "Why this question?",
    sources: "Sources",
    cite: "Source {numbers}",
    citeMany: "Sources {numbers}",
    backToText: "Back to the text",
    newTab: "opens in a new tab",
    copy: "Copy",
    copied: "Copied",
    notCopied: "Copying is not allowed here. Select the text instead.",
    scrollable: "Wide table, scrolls sideways",
    figure: "Scores of the options",
    option: "Option",
    score: "Points of 100",
    ruledOut: "ruled out",
    place: "Place",
    starting: "One moment …",
    expired: "The earlier conversation has expired, so this is a new one. What was said before is not known any more.",
    expiredBefore: "This conversation has expired. What you ask next begins a new one.",
    offline: "The server cannot be reached. Your message is kept.",
    retrying: "The server cannot be reached. Trying again …",
    busy: "There are too many questions at the moment. Trying again in {seconds} s.",
    busyLong: "There are too many questions at the moment. Try again in {minutes} min. Your message is kept.",
    down: "The service is not available at the moment. Trying again in {seconds} s.",
    downLong: "The service is not available at the moment. Try again later. Your message is kept.",
    cancel: "Cancel",
    cancelled: "Not sent.",
    again: "Try again",
    unauthorized: "This chat needs an access key, and the page has none that is valid. Ask those who run this server for one (they make it with “sourcebot keys new”).",
    forbidden: "The access key of this page does not allow this. Please tell those who run the page.",
    key: "Access key",
    useKey: "Use this key",
    keyKept: "It is kept until you leave this page, and sent to this server only.",
    setUp: "This chat is not set up rightly: the server knows no such knowledge base. Please tell those who run the page.",
    tooLarge: "This message is too long. Shorten it and send it again.",
    interrupted: "The page was left before the answer came. Your message is kept.",
    failed: "That did not work ({code}). Your message is kept.",
    /* Words that the knowledge base understands while it gives advice; empty ones are not offered. */
    advice: { Back: "back", "My answers": "my answers", Stop: "stop" },
  };

  const DARK = `
    --ink: #e6e9ed; --paper: #15181c; --soft: #a3acb5; --line: #3a424b; --edge: #77828d; --wash: #1e2329;
    --hover: #2a313a; --link: #8ab8ff; --bad: #ff9d94; --shade: rgb(0 0 0 / .6);
    --mine: var(--sourcebot-accent-dark, var(--sourcebot-accent, #1d4a86));
    --on-mine: var(--sourcebot-on-accent-dark, var(--sourcebot-on-accent, #f2f7ff));
    --accent: var(--sourcebot-accent-dark, var(--sourcebot-accent, #8ab8ff));
    --on-accent: var(--sourcebot-on-accent-dark, var(--sourcebot-on-accent, #0d1117));
    color-scheme: dark;`;

  const STYLE = `
:host { all: initial; display: block; }
:host([hidden]) { display: none; }
:host([data-inline]) { block-size: var(--sourcebot-height, min(42rem, 85vh)); }
:host([data-inline]) .root { block-size: 100%; }
*, ::before, ::after { box-sizing: border-box; }
.root {
  --ink: #1b1f24; --paper: #ffffff; --soft: #57606a; --line: #d0d7de; --edge: #78828c; --wash: #f4f6f8;
  --hover: #e7ecf1; --link: #0550ae; --bad: #a40e26; --shade: rgb(27 31 36 / .25);
  --accent: var(--sourcebot-accent, #0550ae); --on-accent: var(--sourcebot-on-accent, #ffffff);
  --mine: var(--accent); --on-mine: var(--on-accent);
  --radius: var(--sourcebot-radius, .75rem);
  color-scheme: light;
  color: var(--ink); font: var(--sourcebot-font, 1rem/1.5 system-ui, sans-serif); text-align: start;
  overflow-wrap: break-word; -webkit-text-size-adjust: 100%;
}
@media (prefers-color-scheme: dark) { .root:not([data-theme="light"]) {${DARK}} }
.root[data-theme="dark"] {${DARK}}
button, textarea, input { font: inherit; color: inherit; letter-spacing: inherit; }
button { cursor: pointer; touch-action: manipulation; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.sr { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; margin: 0; }
svg { inline-size: 1.25em; block-size: 1.25em; flex: none; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }

.launcher {
  position: fixed; inset-block-end: var(--sourcebot-offset, 1.25rem); inset-inline-end: var(--sourcebot-offset, 1.25rem);
  z-index: var(--sourcebot-z, 2147483000); display: inline-flex; align-items: center; gap: .5rem;
  min-block-size: 3.25rem; padding: .5rem 1.15rem; border: 2px solid transparent; border-radius: 2rem;
  background: var(--accent); color: var(--on-accent); font-weight: 600; box-shadow: 0 .3rem 1.1rem var(--shade);
}
.root[data-side="start"] .launcher { inset-inline: var(--sourcebot-offset, 1.25rem) auto; }
.launcher:focus-visible { outline-offset: 3px; }
.launcher[aria-expanded="true"] { padding: .5rem .85rem; }
.launcher[aria-expanded="true"] span { display: none; }

.panel {
  display: none; flex-direction: column; margin: 0; padding: 0; inline-size: auto; max-inline-size: none; max-block-size: none;
  background: var(--paper); color: var(--ink); border: 1px solid var(--line); border-radius: var(--radius); overflow: hidden;
  container-type: inline-size;
}
.panel[open], .panel.inline { display: flex; }
.panel.inline { block-size: 100%; }
dialog.panel {
  position: fixed; z-index: var(--sourcebot-z, 2147483000);
  inset-block: auto calc(var(--sourcebot-offset, 1.25rem) + 4.25rem); inset-inline: auto var(--sourcebot-offset, 1.25rem);
  inline-size: min(var(--sourcebot-width, 27rem), calc(100vw - 2.5rem));
  block-size: min(var(--sourcebot-height, 42rem), calc(100dvh - 7.5rem));
  box-shadow: 0 .5rem 2.5rem var(--shade);
}
.root[data-side="start"] dialog.panel { inset-inline: var(--sourcebot-offset, 1.25rem) auto; }
dialog.panel:modal { inset: 0; inline-size: 100%; block-size: 100%; border: 0; border-radius: 0; }
dialog.panel::backdrop { background: var(--paper); }
.panel.page { border: 0; border-radius: 0; }
.page .welcome .text { font-size: 1.125rem; line-height: 1.55; }
.page .welcome:only-child { padding-block-start: clamp(0rem, 8cqi - 2rem, 3rem); }

.top { display: flex; align-items: center; gap: .25rem; padding-block: .6rem; padding-inline: 1rem .6rem; border-block-end: 1px solid var(--line); }
.top h2 { flex: 1; min-inline-size: 0; margin: 0; font-size: 1.0625rem; line-height: 1.3; font-weight: 650; }
.badge { display: inline-grid; place-items: center; flex: none; inline-size: 2rem; block-size: 2rem; margin-inline-end: .5rem; border-radius: .55rem; background: var(--accent); color: var(--on-accent); font-size: .875rem; }
.icon { display: inline-flex; align-items: center; justify-content: center; gap: .4rem; min-inline-size: 2.5rem; min-block-size: 2.5rem; padding: .25rem .5rem; border: 1px solid transparent; border-radius: .5rem; background: none; color: var(--soft); font-size: .875rem; }
.icon:hover { background: var(--hover); color: var(--ink); }
.top .icon span { display: none; }
@container (min-width: 40rem) { .top .icon span { display: inline; } }

.log { position: relative; flex: 1; min-block-size: 0; overflow-y: auto; overscroll-behavior: contain; padding-block: 1rem 1.25rem; padding-inline: 1rem .5rem; outline-offset: -3px; scrollbar-gutter: stable; scrollbar-width: thin; scrollbar-color: var(--edge) transparent; }
.log > * + * { margin-block-start: 1.1rem; }
.mine { display: flex; flex-direction: column; align-items: flex-end; gap: .3rem; }
.mine .said { max-inline-size: 88%; padding: .5rem .85rem; border-radius: 1.1rem; border-end-end-radius: .25rem; background: var(--mine); color: var(--on-mine); white-space: pre-wrap; }
.mine.failed .said { background: var(--wash); color: var(--ink); border: 1px dashed var(--bad); }
.trouble { display: flex; flex-wrap: wrap; align-items: center; justify-content: flex-end; gap: .25rem .6rem; max-inline-size: 100%; margin: 0; color: var(--bad); font-size: .9rem; }
.trouble > span { text-align: end; }
.note { margin-inline: 0; padding: .55rem .85rem; border-inline-start: 3px solid var(--edge); background: var(--wash); color: var(--soft); font-size: .9rem; border-radius: .25rem; }
.note p { margin: 0 0 .5rem; }
.note p:last-child { margin: 0; }
.waiting { display: flex; align-items: center; flex-wrap: wrap; gap: .6rem; color: var(--soft); font-size: .9rem; min-block-size: 1.5rem; }
.dots { display: inline-flex; gap: .3rem; }
.dots i { inline-size: .5rem; block-size: .5rem; border-radius: 50%; background: var(--soft); animation: dot 1.2s infinite ease-in-out; }
.dots i:nth-child(2) { animation-delay: .15s; }
.dots i:nth-child(3) { animation-delay: .3s; }
@keyframes dot { 0%, 60%, 100% { opacity: .3; } 30% { opacity: 1; } }

.text > :first-child { margin-block-start: 0; }
.text > :last-child { margin-block-end: 0; }
.text p, .text ul, .text ol, .text pre, .text blockquote, .wide { margin: .6rem 0; }
.text ul, .text ol { padding-inline-start: 1.35rem; }
.text li { margin: .4rem 0; }
.text li > p { margin: .3rem 0; }
.text h3, .text h4, .text h5, .text h6 { margin: 1.3rem 0 .4rem; font-size: 1rem; line-height: 1.3; font-weight: 650; }
.text h4 { font-size: 1.2rem; }
.text h5 { font-size: 1.0313rem; }
.text blockquote { margin-inline: 0; padding-inline-start: .8rem; border-inline-start: 3px solid var(--line); color: var(--soft); }
.text hr { border: 0; border-block-start: 1px solid var(--line); }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
code { font-size: .9em; background: var(--wash); border-radius: .25rem; padding: .05em .3em; }
pre { padding: .7rem .8rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--wash); font-size: min(.85rem, 3.3cqi); line-height: 1.4; overflow-x: auto; direction: ltr; text-align: left; }
pre code { background: none; padding: 0; font-size: 1em; }
a { color: var(--link); overflow-wrap: anywhere; }
.cite { display: inline; padding: 0 .15em; margin: 0; border: 0; border-radius: .2rem; background: none; color: var(--link); font-size: .75em; vertical-align: super; line-height: 1; }
.cite:hover { text-decoration: underline; }
.wide, pre { scrollbar-width: thin; scrollbar-color: var(--edge) transparent; }
.wide { overflow-x: auto; border: 1px solid var(--line); border-radius: .5rem; }
table { border-collapse: collapse; inline-size: 100%; font-size: .875rem; line-height: 1.4; }
th, td { padding: .45rem .65rem; border-block-end: 1px solid var(--line); text-align: start; vertical-align: top; min-inline-size: 7rem; overflow-wrap: normal; }
tr:last-child > * { border-block-end: 0; }
thead th, thead td { background: var(--wash); font-weight: 650; }
tbody th { font-weight: 600; background: var(--paper); }
@container (max-width: 24rem) { table { font-size: .8125rem; } th, td { min-inline-size: 5rem; padding-inline: .5rem; } }
@container (max-width: 40rem) { .wide tbody th[scope="row"] { position: sticky; inset-inline-start: 0; z-index: 1; max-inline-size: 8rem; min-inline-size: 5.5rem; box-shadow: 1px 0 var(--line); } }
.scores table { font-size: .9rem; }
.map table { table-layout: fixed; }
.scores th, .scores td, .map th, .map td { min-inline-size: 0; }
.scores th { font-weight: 400; inline-size: 1%; padding-inline-end: .3rem; white-space: nowrap; }
.scores tbody th { background: none; }
.scores tbody tr:first-child th, .scores tr:first-child .points { font-weight: 700; }
.scores tbody tr > * { border: 0; padding-block: .28rem; vertical-align: middle; }
.scores tbody tr:first-child > * { padding-block-start: .55rem; }
.scores tbody tr:last-child > * { padding-block-end: .55rem; }
.cell { display: flex; align-items: center; gap: .6rem; }
.bar { flex: 1; min-inline-size: 3rem; block-size: .7rem; border-radius: .35rem; background: var(--hover); overflow: hidden; }
.bar i { display: block; block-size: 100%; border-radius: .35rem; background: var(--edge); }
.scores tr:first-child .bar i { background: var(--accent); }
.points { min-inline-size: 1.6rem; text-align: end; font-variant-numeric: tabular-nums; }
.aside { color: var(--soft); font-style: italic; }
.map td { text-align: center; }
.map thead th { text-align: center; }
.mark { display: inline-block; padding: .1rem .5rem; margin: .1rem; border-radius: 1rem; background: var(--accent); color: var(--on-accent); font-size: .8125rem; font-weight: 600; }
.mark.first { background: var(--wash); color: var(--ink); border: 1px solid var(--edge); }

.card { display: flex; flex-direction: column; gap: .6rem; padding: .85rem; border: 1px solid var(--line); border-radius: var(--radius); background: var(--wash); }
* + .card { margin-block-start: .9rem; }
.card.spent { gap: .1rem; padding: 0; border: 0; background: none; }
.card.spent > :not(.asked, .step), .card.spent progress { display: none; }
.step { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem .75rem; margin: 0; color: var(--soft); font-size: .875rem; }
.step span { flex: none; }
progress { appearance: none; flex: 1 1 5rem; inline-size: 5rem; min-inline-size: 3rem; block-size: .45rem; border: 0; border-radius: 1rem; background: var(--line); color: var(--accent); overflow: hidden; }
progress::-webkit-progress-bar { background: var(--line); }
progress::-webkit-progress-value { background: var(--accent); border-radius: 1rem; }
progress::-moz-progress-bar { background: var(--accent); border-radius: 1rem; }
.asked { margin: 0; font-weight: 650; }
details { font-size: .9rem; }
details > p { margin: .35rem 0; }
summary { display: inline-block; padding: .15rem .3rem; margin-inline-start: -.3rem; border-radius: .3rem; color: var(--soft); cursor: pointer; }
summary::before { content: ""; display: inline-block; inline-size: .4em; block-size: .4em; margin-inline: .15em .55em; border: solid currentColor; border-width: 2px 2px 0 0; transform: rotate(45deg); vertical-align: .12em; }
details[open] > summary::before { transform: rotate(135deg); vertical-align: .22em; }
summary::-webkit-details-marker { display: none; }
summary:hover { color: var(--ink); text-decoration: underline; }
.options, .chips { list-style: none; padding: 0; margin: 0; display: flex; gap: .45rem; }
.options { flex-direction: column; }
.chips { flex-wrap: wrap; }
.options li { margin: 0; }
.choice { border: 1px solid var(--edge); background: var(--paper); color: var(--ink); text-align: start; line-height: 1.35; }
.choice:hover:not([aria-disabled="true"]) { background: var(--hover); border-color: var(--accent); }
.options .choice { display: flex; align-items: baseline; gap: .6rem; inline-size: 100%; min-block-size: 2.75rem; padding: .55rem .8rem; border-radius: .55rem; }
.options .choice b { flex: none; min-inline-size: 1.1em; color: var(--soft); font-weight: 600; font-variant-numeric: tabular-nums; }
.options .unsure .choice { border-style: dashed; color: var(--soft); }
.chips .choice { padding: .4rem .85rem; min-block-size: 2.25rem; border-radius: 1.2rem; font-size: .9375rem; color: var(--link); }
.chips.small .choice { border-color: transparent; background: none; color: var(--soft); text-decoration: underline; text-underline-offset: .2em; padding-inline: .5rem; font-size: .875rem; }
.chips.small .choice:hover { background: var(--hover); color: var(--ink); }
[aria-disabled="true"] { opacity: .55; cursor: default; }
.next { margin-block-start: .9rem; }
.next > p { margin: 0 0 .4rem; color: var(--soft); font-size: .875rem; }
.under { position: relative; min-block-size: 2rem; margin-block-start: .6rem; }
.under details { padding-block-start: .3rem; }
.under .icon { position: absolute; inset-block-start: 0; inset-inline-end: 0; min-block-size: 2rem; min-inline-size: 2rem; }
.sources { margin: .4rem 0 0; padding-inline-start: 1.9rem; color: var(--soft); }
.sources li { margin: .35rem 0; padding: .1rem .3rem; border-radius: .3rem; }
.sources li.found { background: var(--hover); color: var(--ink); outline: 2px solid var(--accent); }
.plain { padding: .15rem .5rem; border: 1px solid var(--edge); border-radius: .4rem; background: var(--paper); color: var(--ink); font-size: .875rem; min-block-size: 1.9rem; }
.plain:hover { background: var(--hover); }
.entry { display: flex; flex-wrap: wrap; gap: .5rem; align-items: end; }
.entry label { flex: 1 1 10rem; color: var(--ink); }
.entry input { display: block; inline-size: 100%; padding: .4rem .6rem; border: 1px solid var(--edge); border-radius: .4rem; background: var(--paper); color: var(--ink); }
.entry .plain { min-block-size: 2.4rem; padding-inline: .8rem; }

.foot { padding: .7rem; border-block-start: 1px solid var(--line); }
.box { display: flex; align-items: flex-end; gap: .35rem; padding: .25rem; border: 1px solid var(--edge); border-radius: 1.35rem; background: var(--paper); }
.box:focus-within { border-color: var(--accent); outline: 2px solid var(--accent); outline-offset: -1px; }
.box textarea { flex: 1; min-inline-size: 0; min-block-size: 2.4rem; max-block-size: min(11rem, 30dvh); padding: .4rem .75rem; border: 0; background: none; color: var(--ink); resize: none; line-height: 1.5; }
.box textarea:focus { outline: none; }
textarea::placeholder { color: var(--soft); opacity: 1; }
.send { display: inline-flex; align-items: center; justify-content: center; flex: none; inline-size: 2.4rem; block-size: 2.4rem; padding: 0; border: 1px solid transparent; border-radius: 50%; background: var(--accent); color: var(--on-accent); }
.send[aria-disabled="true"] { background: var(--hover); color: var(--soft); opacity: 1; }
:dir(rtl) .send svg { transform: scaleX(-1); }

@container (max-width: 28rem) { .scores th { white-space: normal; inline-size: 46%; } }
@container (min-width: 50rem) { .log, .foot, .top { padding-inline: calc((100% - 46rem) / 2); scrollbar-gutter: stable; scrollbar-width: thin; } .top, .foot { overflow: hidden; } }
@media (max-width: 30rem), (max-height: 27rem) {
  .launcher { inset-block-end: 1rem; inset-inline-end: 1rem; }
  .log { padding-block: .85rem 1rem; padding-inline: .85rem .3rem; }
  .foot { padding: .5rem; }
}
@media (max-height: 27rem) { .top { padding-block: .15rem; } .foot { padding-block: .3rem; } }
@media (prefers-reduced-motion: no-preference) {
  dialog.panel[open] { animation: rise .16s ease-out; }
  .log > * { animation: rise .16s ease-out; }
  @keyframes rise { from { opacity: 0; transform: translateY(.4rem); } }
}
@media (prefers-reduced-motion: reduce) { .dots i { animation: none; opacity: .7; } }
@media (forced-colors: active) {
  .launcher, .badge, .send, .mine .said, .mark, .bar, progress, .note { border: 1px solid; }
  .scores tr:nth-child(n) .bar i, progress::-webkit-progress-value { forced-color-adjust: none; background: Highlight; }
  .dots i { forced-color-adjust: none; background: CanvasText; }
}
@media print { .launcher, .foot, .top .icon, .next, .under .icon { display: none; } }
`;

  /* The look of the page that the server gives on its root, which may have no style of its own. */
  const PAGE = `
html { block-size: 100%; color-scheme: light dark; }
body { display: flex; flex-direction: column; block-size: 100dvh; margin: 0; background: Canvas; font: 1rem/1.5 system-ui, sans-serif; }
h1 { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
main { flex: 1; min-block-size: 0; overflow: hidden; background: #ffffff; }
main > div { block-size: 100%; }
sourcebot-widget { --sourcebot-height: 100%; }
footer { background: #f4f6f8; color: #57606a; font-size: .8125rem; }
footer p { max-inline-size: 46rem; margin: 0 auto; padding: .35rem 1rem; }
footer a { color: #0550ae; }
@media (prefers-color-scheme: dark) { main { background: #15181c; } footer { background: #1e2329; color: #a3acb5; } footer a { color: #8ab8ff; } }
@media (max-width: 30rem), (max-height: 34rem) { footer { display: none; } }
`;

  const SMALL = "(max-width: 30rem), (max-height: 27rem)";
  const MOST_KEPT = 60;
  const MOST_KEPT_CHARACTERS = 400_000;
  const PATIENCE = 45_000;
  const LONGEST_WAIT = 120;

  /* ------------------------------------------------------------------ nodes */

  const el = (tag, attributes, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value !== null && value !== undefined && value !== false) {
        node.setAttribute(name, value === true ? "" : String(value));
      }
    }
    node.append(...children.filter((child) => child !== null && child !== undefined));
    return node;
  };

  const button = (attributes, act, ...children) => {
    const node = el("button", { type: "button", ...attributes }, ...children);
    node.addEventListener("click", (event) => {
      if (node.getAttribute("aria-disabled") !== "true") act(event, node);
    });
    return node;
  };

  const ICONS = {
    chat: ["M4 5h16v11H11l-5 4v-4H4z"],
    close: ["M6 6l12 12", "M18 6L6 18"],
    fresh: ["M12 5v14", "M5 12h14"],
    send: ["M5 12h13", "M12 6l6 6-6 6"],
    copy: ["M9 9h11v11H9z", "M5 15H4V4h11v1"],
  };

  const icon = (name) => {
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    for (const line of ICONS[name]) {
      const path = document.createElementNS(space, "path");
      path.setAttribute("d", line);
      svg.append(path);
    }
    return svg;
  };

  const dots = () => el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i"));

  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (all, name) => (name in values ? String(values[name]) : all));

  /** The address where it is one of the web, else null. */
  const safeAddress = (text) => {
    try {
      const address = new URL(text);
      return address.protocol === "https:" || address.protocol === "http:" ? address.href : null;
    } catch {
      return null;
    }
  };

  const sheet = (text) => {
    const made = new CSSStyleSheet();
    made.replaceSync(text);
    return made;
  };

  /* --------------------------------------------------------------- Markdown */

  const FENCE = /^ {0,3}(`{3,}|~{3,})/;
  const HEADING = /^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$/;
  const ITEM = /^( {0,3})([-*+]|(\d{1,9})[.)])(\s+|$)/;
  const RULE = /^ {0,3}([-*_])( *\1){2,} *$/;
  const DIVIDER = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;
  const QUOTE = /^ {0,3}> ?/;
  const DEEPEST = 8;

  /** The nodes of a Markdown text; `context` says how citations, tables and figures are made. */
  const blocks = (lines, context, depth = 0) => {
    const made = [];
    let at = 0;
    const beginsBlock = (line, next) =>
      FENCE.test(line) || HEADING.test(line) || ITEM.test(line) || QUOTE.test(line) || RULE.test(line) ||
      (line.includes("|") && next !== undefined && next.includes("|") && DIVIDER.test(next));
    while (at < lines.length) {
      const line = lines[at];
      if (!line.trim()) {
        at += 1;
        continue;
      }
      const fence = FENCE.exec(line);
      if (fence) {
        const inside = [];
        for (at += 1; at < lines.length && !lines[at].trim().startsWith(fence[1]); at += 1) inside.push(lines[at]);
        at += 1;
        made.push(context.figure(inside));
        continue;
      }
      const heading = HEADING.exec(line);
      if (heading) {
        made.push(el(`h${context.level(heading[1].length)}`, null, ...inline(heading[2], context)));
        at += 1;
        continue;
      }
      if (RULE.test(line)) {
        made.push(el("hr"));
        at += 1;
        continue;
      }
      if (depth < DEEPEST && QUOTE.test(line)) {
        const inside = [];
        for (; at < lines.length && QUOTE.test(lines[at]); at += 1) inside.push(lines[at].replace(QUOTE, ""));
        made.push(el("blockquote", null, ...blocks(inside, context, depth + 1)));
        continue;
      }
      if (depth < DEEPEST && ITEM.test(line)) {
        const [list, after] = listOf(lines, at, context, depth);
        made.push(list);
        at = after;
        continue;
      }
      if (line.includes("|") && at + 1 < lines.length && lines[at + 1].includes("|") && DIVIDER.test(lines[at + 1])) {
        const rows = [cells(line)];
        for (at += 2; at < lines.length && lines[at].includes("|"); at += 1) rows.push(cells(lines[at]));
        made.push(context.table(rows.map((row) => row.map((cell) => inline(cell, context)))));
        continue;
      }
      const words = [line.trim()];
      for (at += 1; at < lines.length && lines[at].trim() && !beginsBlock(lines[at], lines[at + 1]); at += 1) {
        words.push(lines[at].trim());
      }
      made.push(el("p", null, ...inline(words.join("\n"), context)));
    }
    return made;
  };

  const listOf = (lines, start, context, depth) => {
    const ordered = ITEM.exec(lines[start])[3] !== undefined;
    const first = ordered ? Number(ITEM.exec(lines[start])[3]) : 1;
    const list = el(ordered ? "ol" : "ul", { start: first !== 1 ? first : null });
    let at = start;
    while (at < lines.length) {
      const item = ITEM.exec(lines[at]);
      if (!item || (item[3] !== undefined) !== ordered) break;
      const margin = Math.min(item[0].length, item[1].length + item[2].length + 4);
      const inside = [lines[at].slice(item[0].length)];
      for (at += 1; at < lines.length; at += 1) {
        const blank = !lines[at].trim();
        const indent = lines[at].length - lines[at].trimStart().length;
        if (blank) {
          const next = lines[at + 1];
          if (next === undefined || !next.trim() || next.length - next.trimStart().length < 2) break;
          inside.push("");
        } else if (indent >= Math.min(margin, 2)) {
          inside.push(lines[at].slice(Math.min(indent, margin)));
        } else if (ITEM.test(lines[at]) || HEADING.test(lines[at]) || FENCE.test(lines[at])) {
          break;
        } else {
          inside.push(lines[at].trim());
        }
      }
      const parts = blocks(inside, context, depth + 1);
      const only = parts.length > 0 && parts[0].localName === "p" && !inside.includes("");
      list.append(el("li", null, ...(only ? parts[0].childNodes : parts.slice(0, 1)), ...parts.slice(1)));
      while (at < lines.length && !lines[at].trim() && at + 1 < lines.length && ITEM.test(lines[at + 1])) at += 1;
    }
    return [list, at];
  };

  const cells = (line) => {
    const row = line.trim().replace(/^\|/, "").replace(/\|$/, "");
    return row.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
  };

  const INLINE = /\\([!-/:-@[-`{-~])|(`+)|(\*\*|__)(?=\S)|([*_])(?=\S)|\[(\d{1,3}(?:, ?\d{1,3})*)\](?!\()|\[([^[\]\n]{1,300})\]\(([^()\s]{1,2000})\)|<(https?:\/\/[^<>\s]{1,2000})>|(https?:\/\/[^\s<>"'`*]{1,2000})|(\n)/g;
  const WORD = /[\p{L}\p{N}]/u;

  const inline = (text, context, depth = 0) => {
    const made = [];
    let from = 0;
    const dead = new Set();
    const scan = new RegExp(INLINE.source, "g");
    for (let match = scan.exec(text); match; match = scan.exec(text)) {
      const [all, escaped, ticks, strong, soft, numbers, label, target, pointed, bare, line] = match;
      const mark = strong || soft;
      let node = null;
      let end = match.index + all.length;
      if (mark) {
        const before = match.index > 0 ? text[match.index - 1] : "";
        if (depth >= DEEPEST || dead.has(mark) || (mark[0] === "_" && WORD.test(before))) continue;
        const close = closing(text, mark, end);
        if (close < 0) {
          dead.add(mark);
          continue;
        }
        node = el(strong ? "strong" : "em", null, ...inline(text.slice(end, close), context, depth + 1));
        end = close + mark.length;
      } else if (escaped !== undefined) {
        node = escaped;
      } else if (ticks !== undefined) {
        const close = dead.has(ticks) ? -1 : endOfCode(text, ticks, end);
        if (close < 0) {
          dead.add(ticks);
          continue;
        }
        node = el("code", null, codeOf(text.slice(end, close)));
        end = close + ticks.length;
      } else if (numbers !== undefined) {
        node = context.cite(numbers.split(/, ?/).map(Number), all);
        if (node === null) continue;
      } else if (line !== undefined) {
        node = el("br");
      } else {
        let address = target || pointed || bare;
        if (bare !== undefined) {
          address = bare.replace(/[.,;:!?)\]]+$/, "");
          end = match.index + address.length;
        }
        const safe = safeAddress(address);
        if (safe === null) continue;
        node = context.link(safe, label !== undefined ? inline(label, context, depth + 1) : [address]);
      }
      const before = text.slice(from, match.index);
      // A citation stays with the word before it.
      if (before) made.push(numbers !== undefined ? before.replace(/ $/, "\u202f") : before);
      made.push(node);
      from = end;
      scan.lastIndex = end;
    }
    if (from < text.length) made.push(text.slice(from));
    return made;
  };

  /** Where a run of just as many backticks begins, -1 where there is none: others are part of the code. */
  const endOfCode = (text, ticks, from) => {
    const scan = /`+/g;
    scan.lastIndex = from;
    for (let match = scan.exec(text); match; match = scan.exec(text)) {
      if (match[0] === ticks) return match.index;
    }
    return -1;
  };

  /** Code as it is shown: a space at both ends only keeps its own backticks from those around it. */
  const codeOf = (written) => {
    const line = written.replaceAll("\n", " ");
    return line.startsWith(" ") && line.endsWith(" ") && line.trim() ? line.slice(1, -1) : line;
  };

  /** Where an emphasis ends, -1 where it does not. */
  const closing = (text, mark, from) => {
    for (let at = text.indexOf(mark, from); at >= 0; at = text.indexOf(mark, at + 1)) {
      const before = text[at - 1];
      const after = text[at + mark.length] || "";
      const single = mark.length === 1;
      if (single && (after === mark || before === mark)) {
        at += after === mark ? 1 : 0;
        continue;
      }
      if (/\s/.test(before) || before === "\\" || at === from) continue;
      if (mark[0] === "_" && WORD.test(after)) continue;
      return at;
    }
    return -1;
  };

  /* ---------------------------------------------------------------- figures */

  const BAR = /^(\S+)\s+(?:([#.]+)\s*(\d+)|(-+)\s*-|(\D+))$/;
  const CELL = /\[[^\]]{3}\]/g;

  /** A bar for each option, where a figure is the ranking of a recommendation; else null. */
  const scores = (lines, ranking, strings) => {
    const rows = lines.filter((line) => line.trim());
    if (!ranking || !ranking.length || rows.length !== ranking.length) return null;
    const body = el("tbody");
    for (const [index, row] of rows.entries()) {
      const match = BAR.exec(row.trim());
      if (!match || match[1] !== ranking[index].option) return null;
      const told = el("td");
      if (match[3] !== undefined) {
        const full = el("i");
        full.style.inlineSize = `${Math.max(0, Math.min(100, Number(match[3])))}%`;
        told.append(el("span", { class: "cell" }, el("span", { class: "bar", "aria-hidden": "true" }, full), el("span", { class: "points" }, match[3])));
      } else {
        told.append(el("span", { class: "aside" }, match[5] || strings.ruledOut));
      }
      body.append(el("tr", null, el("th", { scope: "row" }, ranking[index].name || match[1]), told));
    }
    const head = el("thead", { class: "sr" }, el("tr", null, el("th", { scope: "col" }, strings.option), el("th", { scope: "col" }, strings.score)));
    return el("div", { class: "wide scores" }, el("table", null, el("caption", { class: "sr" }, strings.figure), head, body));
  };

  /** Rows and columns with marks, where a figure is such a map; else null. */
  const map = (lines, strings) => {
    const rows = lines.filter((line) => line.match(CELL));
    const key = lines[lines.length - 1];
    if (rows.length < 1 || lines.length !== rows.length + 2 || lines[0].match(CELL) || key.match(CELL)) return null;
    const starts = [...rows[0].matchAll(CELL)].map((match) => match.index);
    const meanings = new Map();
    for (const part of key.split(", ")) {
      const match = /^(\S) (.+)$/.exec(part);
      if (!match) return null;
      meanings.set(match[1], match[2]);
    }
    const head = el("tr", null, el("td", null, el("span", { class: "sr" }, strings.place)));
    for (const [index, start] of starts.entries()) {
      head.append(el("th", { scope: "col" }, lines[0].slice(start, starts[index + 1]).trim()));
    }
    const body = el("tbody");
    for (const row of rows) {
      const found = [...row.matchAll(CELL)];
      if (found.length !== starts.length || found.some((match, index) => match.index !== starts[index])) return null;
      const told = el("tr", null, el("th", { scope: "row" }, row.slice(0, starts[0]).trim()));
      for (const match of found) {
        const cell = el("td");
        for (const mark of match[0].slice(1, -1).trim()) {
          if (!meanings.has(mark)) return null;
          cell.append(el("span", { class: mark === [...meanings.keys()].pop() ? "mark" : "mark first" }, meanings.get(mark)), " ");
        }
        told.append(cell);
      }
      body.append(told);
    }
    return el("div", { class: "wide map" }, el("table", null, el("thead", null, head), body));
  };

  /* ----------------------------------------------------------------- server */

  const newKey = () => {
    if (crypto.randomUUID) return crypto.randomUUID();
    return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  };

  class Server {
    constructor(address, key, kb) {
      this.address = address.replace(/\/+$/, "");
      this.key = key;
      this.kb = kb;
    }

    begin() {
      return this.call("POST", "");
    }

    stands(id) {
      return this.call("GET", `/${encodeURIComponent(id)}`);
    }

    forget(id) {
      return this.call("DELETE", `/${encodeURIComponent(id)}`);
    }

    send(id, text, key) {
      return this.call("POST", `/${encodeURIComponent(id)}/messages`, { text }, key);
    }

    /** {status, body, code, wait}; status 0 where the server was not reached. */
    async call(method, path, body, once) {
      const headers = { Accept: "application/json" };
      if (body !== undefined) headers["Content-Type"] = "application/json";
      if (this.key) headers.Authorization = `Bearer ${this.key}`;
      if (this.kb) headers["X-Sourcebot-KB"] = this.kb;
      if (once) headers["Idempotency-Key"] = once;
      const patience = new AbortController();
      const timer = setTimeout(() => patience.abort(), PATIENCE);
      try {
        const response = await fetch(`${this.address}/v1/conversations${path}`, {
          method,
          headers,
          body: body === undefined ? undefined : JSON.stringify(body),
          mode: "cors",
          credentials: "omit",
          cache: "no-store",
          redirect: "error",
          referrerPolicy: "no-referrer",
          signal: patience.signal,
        });
        const text = await response.text();
        let read = null;
        try {
          read = text ? JSON.parse(text) : null;
        } catch {
          if (response.ok) return { status: 502, body: null, code: "bad-answer", wait: 0 };
        }
        const wait = Number.parseInt(response.headers.get("Retry-After") || "", 10);
        const code = (read && typeof read.code === "string" && read.code) || String(response.status);
        return { status: response.status, body: read, code, wait: wait > 0 ? wait : 0 };
      } catch {
        return { status: 0, body: null, code: "offline", wait: 0 };
      } finally {
        clearTimeout(timer);
      }
    }
  }

  /* ------------------------------------------------------------------- kept */

  /** What this tab remembers until it is closed; nothing where the browser does not allow it. */
  class Kept {
    constructor(name, wanted) {
      this.name = name;
      this.wanted = wanted;
    }

    read() {
      if (!this.wanted) return null;
      try {
        const read = JSON.parse(sessionStorage.getItem(this.name));
        return read && read.version === 1 && Array.isArray(read.entries) ? read : null;
      } catch {
        return null;
      }
    }

    write(state) {
      if (!this.wanted) return;
      let entries = state.entries.slice(-MOST_KEPT);
      try {
        let text = JSON.stringify({ version: 1, ...state, entries });
        while (text.length > MOST_KEPT_CHARACTERS && entries.length > 2) {
          entries = entries.slice(2);
          text = JSON.stringify({ version: 1, ...state, entries });
        }
        sessionStorage.setItem(this.name, text);
      } catch {
        /* blocked or full: the conversation goes on, and is not there after a reload */
      }
    }
  }

  const isText = (value) => typeof value === "string";
  const texts = (value) => (Array.isArray(value) ? value.filter(isText) : []);

  /** Of a reply what is shown and kept, in the shape that is counted on. */
  const readReply = (body) => {
    const question = body && body.question;
    const answers = question && Array.isArray(question.answers) ? question.answers.filter((answer) => answer && isText(answer.label)) : [];
    const ranking = body && body.recommendation && Array.isArray(body.recommendation.ranking) ? body.recommendation.ranking : [];
    return {
      text: body && isText(body.text) ? body.text : "",
      status: body && isText(body.status) ? body.status : "",
      suggestions: texts(body && body.suggestions),
      sources: (body && Array.isArray(body.sources) ? body.sources : []).filter((source) => source && isText(source.title)),
      question: answers.length
        ? {
            text: isText(question.text) ? question.text : "",
            why: isText(question.why) ? question.why : "",
            answers: answers.map((answer) => ({ id: String(answer.id), label: answer.label })),
            step: Number(question.step) || 0,
            about: Number(question.about) || 0,
            asks: question.criterion !== null,
          }
        : null,
      ranking: ranking.map((ranked) => ({ option: String(ranked.option), name: isText(ranked.name) ? ranked.name : "" })),
    };
  };

  /* ----------------------------------------------------------------- widget */

  let count = 0;

  class Widget {
    constructor(options) {
      count += 1;
      this.id = `s${count}`;
      this.options = options;
      this.strings = { ...STRINGS, ...(window.sourcebotStrings || {}), ...(options.strings || {}) };
      this.server = new Server(options.server, options.key, options.kb);
      this.kept = new Kept(`sourcebot ${this.server.address} ${options.kb || ""}`, options.remember);
      this.target = options.target;
      this.about = null; // what the server said when the conversation began: {title, about, suggestions}
      this.conversation = null; // its id
      this.entries = [];
      this.nodes = new Map();
      this.busy = false;
      this.begun = null;
      this.era = 0; // grows with every new conversation: what comes late from an earlier one is dropped
      this.build();
      this.restore();
    }

    get isOpen() {
      return Boolean(this.target) || this.panel.open;
    }

    get title() {
      return this.options.title || (this.about && this.about.title) || this.strings.title;
    }

    /* ---- building */

    build() {
      const { strings, options } = this;
      this.host = el("sourcebot-widget", { "data-inline": Boolean(this.target) });
      const shadow = this.host.attachShadow({ mode: "open" });
      shadow.adoptedStyleSheets = [sheet(STYLE)];
      this.root = el("div", { class: "root", "data-theme": options.theme, "data-side": options.side, lang: options.lang });
      this.heading = el("h2", { id: `${this.id}-title` }, this.title);
      const restart = button({ class: "icon", "aria-label": strings.restart, title: strings.restart }, () => this.restart(), icon("fresh"), el("span", null, strings.restart));
      const top = el("div", { class: "top" }, el("span", { class: "badge", "aria-hidden": "true" }, icon("chat")), this.heading, restart);
      this.log = el("div", { class: "log", role: "log", "aria-live": "polite", "aria-label": strings.log, tabindex: "0" });
      this.status = el("div", { class: "sr", role: "status" });
      this.input = el("textarea", { rows: "1", placeholder: strings.placeholder, "aria-label": strings.input, "aria-describedby": `${this.id}-keys`, autocomplete: "off", enterkeyhint: "send", dir: "auto" });
      this.sender = button({ class: "send", "aria-label": strings.send, "aria-disabled": "true" }, () => this.submit(), icon("send"));
      const foot = el("div", { class: "foot" }, el("div", { class: "box" }, this.input, this.sender), el("p", { class: "sr", id: `${this.id}-keys` }, strings.keys));
      const parts = [top, this.log, this.status, foot];
      if (this.target) {
        this.panel = el("section", { class: options.page ? "panel inline page" : "panel inline", "aria-labelledby": `${this.id}-title` }, ...parts);
        this.root.append(this.panel);
      } else {
        top.append(button({ class: "icon", "aria-label": strings.close, title: strings.close }, () => this.close(), icon("close")));
        this.panel = el("dialog", { class: "panel", id: `${this.id}-panel`, "aria-labelledby": `${this.id}-title` }, ...parts);
        this.launcher = button({ class: "launcher", "aria-haspopup": "dialog", "aria-expanded": "false", "aria-controls": `${this.id}-panel` }, () => (this.isOpen ? this.close() : this.open()));
        this.root.append(el("section", { "aria-label": strings.region }, this.launcher, this.panel));
        this.panel.addEventListener("cancel", (event) => {
          event.preventDefault();
          this.close();
        });
        this.small = window.matchMedia(SMALL);
        this.small.addEventListener("change", () => this.resize());
        this.showLauncher();
      }
      this.input.addEventListener("input", () => this.grow());
      this.input.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) {
          event.preventDefault();
          this.submit();
        }
      });
      this.root.addEventListener("keydown", (event) => {
        if (event.key === "Escape" && !event.isComposing && !this.target && this.isOpen) {
          event.preventDefault();
          this.close();
        }
      });
      // Keys that are typed here are no shortcuts of the page.
      for (const kind of ["keydown", "keyup", "keypress"]) this.root.addEventListener(kind, (event) => event.stopPropagation());
      this.watch = new ResizeObserver((seen) => {
        for (const { target } of seen) this.reach(target);
      });
      this.online = () => {
        const last = this.entries[this.entries.length - 1];
        if (!this.busy && last && last.state === "failed" && last.reason === "offline") this.again(last);
        else if (!this.begun && this.log.querySelector(".problem")) void this.ready();
      };
      window.addEventListener("online", this.online);
      shadow.append(this.root);
      (this.target || document.body).append(this.host);
    }

    showLauncher() {
      const open = this.isOpen;
      this.launcher.replaceChildren(icon(open ? "close" : "chat"), el("span", null, this.strings.launcher));
      this.launcher.setAttribute("aria-expanded", String(open));
      if (open) this.launcher.setAttribute("aria-label", this.strings.close);
      else this.launcher.removeAttribute("aria-label");
    }

    /** What scrolls sideways can be reached with the keyboard, and nothing else. */
    reach(node) {
      const wide = node.scrollWidth > node.clientWidth + 1;
      for (const [name, value] of [["tabindex", "0"], ["role", "group"], ["aria-label", this.strings.scrollable]]) {
        if (wide) node.setAttribute(name, value);
        else node.removeAttribute(name);
      }
    }

    /* ---- open and closed */

    open({ focus = true } = {}) {
      if (this.target) {
        if (focus) this.input.focus();
        return;
      }
      if (!this.panel.open) {
        if (this.small.matches) this.panel.showModal();
        else this.panel.setAttribute("open", ""); // show() would take the focus
        this.showLauncher();
        this.save();
        this.tell("open");
        void this.ready();
        this.log.scrollTop = this.scrolled === undefined ? this.log.scrollHeight : this.scrolled;
      }
      if (focus) this.input.focus();
    }

    close() {
      if (this.target || !this.panel.open) return;
      this.scrolled = this.log.scrollTop;
      this.panel.close();
      this.showLauncher();
      this.save();
      this.launcher.focus();
      this.tell("close");
    }

    /** Modal on small screens, where it covers the page, and beside the page on others. */
    resize() {
      if (!this.panel.open) return;
      const within = this.host.shadowRoot.activeElement;
      const top = this.log.scrollTop;
      this.panel.close();
      if (this.small.matches) this.panel.showModal();
      else this.panel.setAttribute("open", "");
      this.log.scrollTop = top;
      if (within) within.focus({ preventScroll: true });
    }

    tell(kind, detail = null) {
      this.host.dispatchEvent(new CustomEvent(`sourcebot:${kind}`, { bubbles: true, composed: true, detail }));
    }

    announce(text) {
      this.status.textContent = "";
      setTimeout(() => {
        this.status.textContent = text;
      }, 60);
    }

    /* ---- state */

    restore() {
      const state = this.kept.read();
      if (state) {
        this.conversation = isText(state.id) ? state.id : null;
        if (state.about && isText(state.about.about)) this.about = { title: String(state.about.title || ""), about: state.about.about, suggestions: texts(state.about.suggestions) };
        for (const entry of state.entries) {
          if (entry && entry.who === "you" && isText(entry.text)) {
            // What was under way when the page went: it may be sent again under the same key.
            const failed = entry.state !== "sent";
            const reason = entry.state === "failed" && isText(entry.reason) ? entry.reason : "interrupted";
            this.entries.push({ who: "you", text: entry.text, key: String(entry.key), state: failed ? "failed" : "sent", reason: failed ? reason : "", wait: Number(entry.wait) || 0 });
          } else if (entry && entry.who === "bot" && entry.reply) {
            this.entries.push({ who: "bot", reply: readReply({ ...entry.reply, question: entry.reply.question && { ...entry.reply.question, criterion: entry.reply.question.asks ? "" : null }, recommendation: { ranking: entry.reply.ranking } }) });
          } else if (entry && entry.who === "note" && isText(entry.text)) {
            this.entries.push({ who: "note", text: entry.text });
          }
        }
      }
      this.draw();
      if (this.target) void this.ready();
      else if (!this.small.matches && (state ? state.open === true : this.options.open)) this.open({ focus: false });
    }

    save() {
      this.kept.write({ id: this.conversation, about: this.about, entries: this.entries, open: !this.target && this.isOpen });
    }

    /** Begin, or see whether what was begun still stands; once for each conversation. */
    ready() {
      if (!this.begun) this.begun = this.conversation ? this.check() : this.begin();
      return this.begun;
    }

    async check() {
      const { era } = this;
      const answer = await this.server.stands(this.conversation);
      if (era !== this.era || answer.status !== 404 || this.busy) return;
      this.conversation = null;
      this.spend();
      this.add({ who: "note", text: this.strings.expiredBefore });
    }

    async begin() {
      const { era } = this;
      const wait = this.entries.length ? null : this.waiting(this.strings.starting);
      const answer = await this.server.begin();
      if (wait) wait.remove();
      if (era !== this.era) return answer;
      if (answer.status === 201 && answer.body && isText(answer.body.id)) {
        this.conversation = answer.body.id;
        const { title, about, suggestions } = answer.body;
        this.about = { title: isText(title) ? title : "", about: isText(about) ? about : "", suggestions: texts(suggestions) };
        this.heading.textContent = this.title;
        if (!this.entries.length) this.draw();
        for (const note of this.log.querySelectorAll(".problem")) note.remove();
        this.save();
      } else {
        this.begun = null;
        if (!this.entries.length) this.draw(this.reasonOf(answer), answer);
      }
      return answer;
    }

    async restart() {
      const old = this.conversation;
      this.era += 1;
      this.conversation = null;
      this.entries = [];
      this.begun = null;
      this.setBusy(false);
      if (this.stopWaiting) this.stopWaiting();
      if (old) void this.server.forget(old);
      this.log.replaceChildren();
      this.save();
      this.announce(this.strings.restarted);
      this.input.focus();
      await this.ready();
    }

    /* ---- drawing */

    draw(problem = null, answer = null) {
      this.heading.textContent = this.title;
      this.nodes.clear();
      const made = [];
      if (this.about && this.about.about) {
        made.push(el("div", { class: "bot welcome" }, el("div", { class: "text", dir: "auto" }, ...blocks(this.about.about.split("\n"), this.context(null)))));
      }
      if (problem && !this.entries.length) made.push(this.problemNote(problem, answer));
      this.log.replaceChildren(...made);
      if (made.length && !this.entries.length && !problem && this.about.suggestions.length) made[0].append(this.chips(this.about.suggestions));
      for (const [index, entry] of this.entries.entries()) this.log.append(this.nodeOf(entry, index === this.entries.length - 1));
      this.toEnd(false);
    }

    add(entry) {
      this.entries.push(entry);
      const node = this.nodeOf(entry, true);
      this.log.append(node);
      this.save();
      return node;
    }

    nodeOf(entry, last) {
      let node;
      if (entry.who === "you") {
        node = el("div", { class: "mine" }, el("h3", { class: "sr" }, this.strings.you), el("div", { class: "said", dir: "auto" }, entry.text));
        if (entry.state === "failed") this.markFailed(entry, node);
      } else if (entry.who === "note") {
        node = el("div", { class: "note" }, el("p", null, entry.text));
      } else {
        node = this.reply(entry.reply, last);
      }
      this.nodes.set(entry, node);
      return node;
    }

    /** How Markdown is drawn: with the sources that a reply cites. */
    context(reply, sources = null) {
      const { strings } = this;
      const least = reply ? Math.min(6, ...[...reply.text.matchAll(/^ {0,3}(#{1,6})\s/gm)].map((match) => match[1].length)) : 1;
      return {
        level: (written) => Math.min(6, 4 + Math.max(0, written - least)),
        link: (address, label) => el("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, ...label, el("span", { class: "sr" }, ` (${strings.newTab})`)),
        cite: (numbers, written) => {
          if (!sources || numbers.some((number) => number < 1 || number > sources.items.length)) return null;
          const told = fill(numbers.length > 1 ? strings.citeMany : strings.cite, { numbers: numbers.join(", ") });
          return button({ class: "cite", "aria-label": told }, (event, node) => sources.show(numbers, node), written);
        },
        table: (rows) => {
          const width = rows[0].length;
          const heads = rows[0].map((cell) => (cell.length ? el("th", { scope: "col" }, ...cell) : el("td")));
          const body = rows.slice(1).map((row) =>
            el("tr", null, ...row.slice(0, width).map((cell, index) => (index === 0 && width > 1 && cell.length ? el("th", { scope: "row" }, ...cell) : el("td", null, ...cell)))),
          );
          const wide = el("div", { class: "wide" }, el("table", null, el("thead", null, el("tr", null, ...heads)), el("tbody", null, ...body)));
          this.watch.observe(wide);
          return wide;
        },
        figure: (lines) => {
          const drawn = (reply && scores(lines, reply.ranking, strings)) || map(lines, strings);
          if (drawn) {
            this.watch.observe(drawn);
            return drawn;
          }
          const block = el("pre", null, el("code", null, lines.join("\n")));
          this.watch.observe(block);
          return block;
        },
      };
    }

    reply(reply, last) {
      const sources = reply.sources.length ? this.sources(reply.sources) : null;
      const node = el("div", { class: "bot" }, el("h3", { class: "sr" }, fill(this.strings.bot, { title: this.title })));
      const { text, card } = this.split(reply);
      const drawn = blocks(text.split("\n"), this.context(reply, sources));
      if (drawn.length) node.append(el("div", { class: "text", dir: "auto" }, ...drawn));
      const under = el("div", { class: "under" });
      if (sources) under.append(sources.node);
      if (!reply.question && (reply.status === "answered" || reply.status === "recommended")) {
        under.append(button({ class: "icon copy" }, () => void this.copy(reply), icon("copy"), el("span", null, this.strings.copy)));
      }
      if (under.childNodes.length) node.append(under);
      if (reply.question) node.append(this.card(reply.question, card, last));
      else if (last && reply.suggestions.length) node.append(this.chips(reply.suggestions));
      return node;
    }

    /** The text without the question at its end, which gets a card of its own. */
    split(reply) {
      const { question } = reply;
      if (!question) return { text: reply.text, card: null };
      const list = question.answers.map((answer, index) => `${index + 1}. ${answer.label}`).join("\n");
      const text = reply.text.trimEnd();
      if (!text.endsWith(list)) return { text, card: null };
      const rest = text.slice(0, -list.length).trimEnd();
      const start = rest.lastIndexOf("\n\n") + 1;
      const asked = rest.slice(start).trim();
      // A paragraph that says more than the question (what contradicts what) stays in the text.
      const lead = question.text && asked.endsWith(question.text) ? asked.slice(0, -question.text.length).trim() : null;
      if (lead === null) return { text: rest, card: null };
      const numbered = /^\*\*[^*]*\d[^*]*\*\*$/.test(lead);
      return { text: rest.slice(0, start) + (numbered ? "" : lead), card: question.text };
    }

    card(question, asked, last) {
      const { strings } = this;
      const label = `${this.id}-q${(this.cards = (this.cards || 0) + 1)}`;
      const card = el("div", { class: "card", role: "group", "aria-labelledby": label });
      if (question.asks && question.step && question.about) {
        const told = fill(strings.progress, question);
        card.append(el("p", { class: "step" }, el("span", { id: `${label}-step` }, told), el("progress", { max: Math.max(question.about, question.step), value: question.step, "aria-labelledby": `${label}-step` })));
      }
      card.append(el("p", { class: asked === null ? "sr" : "asked", id: label, dir: "auto" }, question.text));
      if (question.why) card.append(el("details", null, el("summary", null, strings.why), el("p", null, question.why)));
      if (!last) {
        card.classList.add("spent");
        return card;
      }
      const options = el("ol", { class: "options" });
      for (const [index, answer] of question.answers.entries()) {
        const choice = button({ class: "choice" }, (event) => this.choose(answer.label, event), el("b", null, `${index + 1}`), el("span", { dir: "auto" }, answer.label));
        options.append(el("li", { class: answer.id === "unknown" ? "unsure" : null }, choice));
      }
      card.append(options);
      const commands = Object.entries(strings.advice || {}).filter(([, words], index) => words && question.asks && (question.step > 1 || index > 1));
      if (commands.length) {
        card.append(el("ul", { class: "chips small" }, ...commands.map(([name, words]) => el("li", null, button({ class: "choice" }, (event) => this.choose(words, event), name)))));
      }
      return card;
    }

    chips(suggestions) {
      const list = el("ul", { class: "chips" }, ...suggestions.map((text) => el("li", null, button({ class: "choice", dir: "auto" }, (event) => this.choose(text, event), text))));
      return el("div", { class: "next" }, el("p", null, this.strings.suggestions), list);
    }

    /** What was offered with the last reply is offered no more. */
    spend() {
      for (const node of this.log.querySelectorAll(".next, .options, .chips.small")) node.remove();
      for (const node of this.log.querySelectorAll(".card")) node.classList.add("spent");
    }

    sources(listed) {
      const { strings } = this;
      const items = listed.map((source) => {
        const address = isText(source.url) ? safeAddress(source.url) : null;
        const title = address ? this.context(null).link(address, [source.title]) : source.title;
        const year = source.year ? ` (${source.year})` : "";
        return el("li", { tabindex: "-1", dir: "auto" }, title, isText(source.publisher) ? `. ${source.publisher}${year}.` : `${year}.`);
      });
      const node = el("details", null, el("summary", null, `${strings.sources} (${listed.length})`), el("ol", { class: "sources" }, ...items));
      const show = (numbers, from) => {
        node.open = true;
        for (const item of items) {
          item.classList.remove("found");
          const old = item.querySelector(".plain");
          if (old) old.remove();
        }
        for (const number of numbers) items[number - 1].classList.add("found");
        const first = items[numbers[0] - 1];
        items[numbers[numbers.length - 1] - 1].append(" ", button({ class: "plain" }, () => from.focus(), strings.backToText));
        first.focus({ preventScroll: true });
        first.scrollIntoView({ block: "center", behavior: this.motion() });
      };
      return { node, items, show };
    }

    async copy(reply) {
      const cited = reply.sources.map((source, index) => `${index + 1}. ${source.title}. ${source.publisher || ""}${source.year ? ` (${source.year})` : ""}${source.url ? ` ${source.url}` : ""}`);
      const text = cited.length ? `${reply.text}\n\n${this.strings.sources}\n\n${cited.join("\n")}\n` : `${reply.text}\n`;
      let done = false;
      try {
        await navigator.clipboard.writeText(text);
        done = true;
      } catch {
        const area = el("textarea", { class: "sr", "aria-hidden": "true", tabindex: "-1" });
        const before = this.host.shadowRoot.activeElement;
        area.value = text;
        this.panel.append(area);
        area.select();
        done = document.execCommand("copy");
        area.remove();
        if (before) before.focus();
      }
      this.announce(done ? this.strings.copied : this.strings.notCopied);
      const entry = this.entries.find((one) => one.reply === reply);
      const label = entry && this.nodes.get(entry).querySelector(".copy span");
      if (label && done) {
        label.textContent = this.strings.copied;
        setTimeout(() => {
          label.textContent = this.strings.copy;
        }, 2_000);
      }
    }

    /* ---- waiting and troubles */

    waiting(text = null) {
      const node = el("div", { class: "waiting", "aria-live": "off" }, dots(), text ? el("span", null, text) : null);
      this.log.append(node);
      return node;
    }

    /** Wait so many seconds and say so; false where it was cancelled. */
    countdown(wait, seconds, words) {
      const shown = el("span", null, fill(words, { seconds }));
      this.announce(shown.textContent);
      return new Promise((resolve) => {
        const end = Date.now() + seconds * 1000;
        const done = (went) => {
          clearInterval(timer);
          this.stopWaiting = null;
          wait.replaceChildren(dots());
          resolve(went);
        };
        const timer = setInterval(() => {
          const left = Math.ceil((end - Date.now()) / 1000);
          if (left <= 0) done(true);
          else shown.textContent = fill(words, { seconds: left });
        }, 250);
        this.stopWaiting = () => done(false);
        wait.replaceChildren(shown, button({ class: "plain" }, () => {
          done(false);
          this.input.focus();
        }, this.strings.cancel));
        this.toEnd();
      });
    }

    reasonOf(answer) {
      const { status, code } = answer;
      if (status === 0 || status === 408 || status === 409 || status === 502 || status === 504) return "offline";
      if (status === 401) return "unauthorized";
      if (status === 403) return "forbidden";
      if (status === 404) return "setUp";
      if (status === 413 || status === 422) return status === 413 ? "tooLarge" : code;
      if (status === 429) return "busyLong";
      return status === 503 ? "downLong" : code;
    }

    wordsOf(reason, wait = 0) {
      const known = ["offline", "unauthorized", "forbidden", "setUp", "tooLarge", "busyLong", "downLong", "cancelled", "interrupted"];
      return fill(known.includes(reason) ? this.strings[reason] : this.strings.failed, { code: reason, minutes: Math.max(1, Math.ceil(wait / 60)) });
    }

    problemNote(reason, answer) {
      const note = el("div", { class: "note problem" }, el("p", null, this.wordsOf(reason, answer ? answer.wait : 0)));
      if (reason === "unauthorized") {
        note.append(this.keyEntry(() => void this.ready()));
      } else if (reason !== "setUp" && reason !== "forbidden") {
        note.append(el("p", null, button({ class: "plain" }, () => {
          note.remove();
          this.input.focus();
          void this.ready();
        }, this.strings.again)));
      }
      return note;
    }

    keyEntry(use) {
      const hint = `${this.id}-key`;
      const field = el("input", { type: "password", autocomplete: "off", spellcheck: "false", "aria-describedby": hint });
      const take = () => {
        const key = field.value.trim();
        if (!key) return;
        this.server.key = key;
        this.begun = null;
        this.input.focus();
        use();
      };
      field.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && !event.isComposing) take();
      });
      return el("div", null, el("div", { class: "entry" }, el("label", null, this.strings.key, field), button({ class: "plain" }, take, this.strings.useKey)), el("p", { id: hint }, this.strings.keyKept));
    }

    markFailed(entry, node) {
      node.classList.add("failed");
      const told = el("div", { class: "trouble" }, el("span", null, this.wordsOf(entry.reason, entry.wait)));
      if (entry.reason === "unauthorized") {
        node.append(told, el("div", { class: "note" }, this.keyEntry(() => this.again(entry))));
        return;
      }
      if (!["setUp", "forbidden", "tooLarge"].includes(entry.reason)) {
        told.append(button({ class: "plain" }, () => {
          this.input.focus();
          this.again(entry);
        }, this.strings.again));
      }
      node.append(told);
    }

    /* ---- talking */

    grow() {
      this.input.style.blockSize = "auto";
      this.input.style.blockSize = `${this.input.scrollHeight}px`;
      this.setBusy(this.busy);
    }

    setBusy(busy) {
      this.busy = busy;
      this.sender.setAttribute("aria-disabled", String(busy || !this.input.value.trim()));
    }

    submit() {
      const text = this.input.value.trim();
      if (!text || this.busy) return;
      this.input.value = "";
      this.grow();
      this.input.focus();
      void this.ask(text);
    }

    /** An answer or a suggestion that was picked, with the keyboard or by pointing. */
    choose(text, event) {
      if (this.busy) return;
      const typed = event.detail === 0;
      const coarse = window.matchMedia("(pointer: coarse)").matches;
      (typed || !coarse ? this.input : this.log).focus({ preventScroll: true });
      void this.ask(text, typed);
    }

    /** Send a message; what comes of it is drawn. */
    async ask(text, typed = false) {
      if (this.busy || !text.trim()) return;
      this.spend();
      // Half a character, as some programs leave it in the clipboard, cannot be sent.
      const whole = text.toWellFormed ? text.toWellFormed() : text;
      const entry = { who: "you", text: whole.trim(), key: newKey(), state: "sending", reason: "" };
      this.add(entry);
      await this.deliver(entry, typed);
    }

    again(entry) {
      if (this.busy) return;
      const node = this.nodes.get(entry);
      node.classList.remove("failed");
      for (const part of node.querySelectorAll(".trouble, .note")) part.remove();
      void this.deliver(entry, false);
    }

    async deliver(entry, typed) {
      const { era, strings } = this;
      this.setBusy(true);
      const wait = this.waiting();
      this.toEnd();
      const slow = setTimeout(() => this.announce(fill(strings.writing, { title: this.title })), 900);
      entry.state = "sending";
      this.save();
      const answer = await this.exchange(entry, wait, era);
      clearTimeout(slow);
      wait.remove();
      if (era !== this.era) return;
      this.status.textContent = "";
      this.setBusy(false);
      if (answer.status === 200) {
        entry.state = "sent";
        entry.reason = "";
        const reply = readReply(answer.body);
        this.spend();
        const node = this.add({ who: "bot", reply });
        this.show(this.nodes.get(entry), node);
        const first = typed && node.querySelector(".options button");
        if (first && this.host.shadowRoot.activeElement === this.input) first.focus({ preventScroll: true });
        this.tell("reply", { status: reply.status, body: answer.body });
      } else {
        entry.state = "failed";
        entry.reason = answer.reason || this.reasonOf(answer);
        entry.wait = answer.wait;
        this.markFailed(entry, this.nodes.get(entry));
        this.save();
        this.toEnd();
      }
    }

    /** Send until there is an answer or no use in going on, under the same key all the time. */
    async exchange(entry, wait, era) {
      let [tries, waits, renewed] = [0, 0, false];
      for (;;) {
        let answer;
        if (!this.conversation) {
          this.begun = this.begin();
          answer = await this.begun;
          if (era !== this.era) return answer;
        }
        if (this.conversation) {
          answer = await this.server.send(this.conversation, entry.text, entry.key);
          if (era !== this.era || answer.status === 200) return answer;
          if (answer.status === 404 && answer.code === "not-found" && !renewed) {
            renewed = true;
            this.conversation = null;
            this.addBefore(entry, { who: "note", text: this.strings.expired });
            continue;
          }
        }
        const reason = this.reasonOf(answer);
        if (reason === "offline" && tries < 2) {
          tries += 1;
          if (tries === 1) wait.append(el("span", null, this.strings.retrying));
          await new Promise((resolve) => setTimeout(resolve, 700 * tries));
        } else if ((reason === "busyLong" || reason === "downLong") && waits < 3 && answer.wait <= LONGEST_WAIT) {
          waits += 1;
          const words = reason === "busyLong" ? this.strings.busy : this.strings.down;
          if (!(await this.countdown(wait, answer.wait || 5, words))) return { ...answer, reason: "cancelled" };
        } else {
          return answer;
        }
        if (era !== this.era) return answer;
      }
    }

    addBefore(entry, note) {
      this.entries.splice(this.entries.indexOf(entry), 0, note);
      this.nodes.get(entry).before(this.nodeOf(note, false));
      this.save();
    }

    /* ---- scrolling */

    motion() {
      return window.matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
    }

    toEnd(smooth = true) {
      this.log.scrollTo({ top: this.log.scrollHeight, behavior: smooth ? this.motion() : "auto" });
    }

    /** A reply from its beginning, with the question above it where both fit. */
    show(question, reply) {
      const top = question.offsetTop - 12;
      const end = this.log.scrollHeight - this.log.clientHeight;
      this.log.scrollTo({ top: Math.min(top, end), behavior: this.motion() });
    }

    remove() {
      this.era += 1;
      this.watch.disconnect();
      window.removeEventListener("online", this.online);
      this.host.remove();
    }
  }

  /* ------------------------------------------------------------------ start */

  /** Options as the attributes of the script give them, in the shape that a widget takes. */
  const create = (given) => {
    const home = SCRIPT && SCRIPT.src ? new URL(".", SCRIPT.src).href : document.baseURI;
    const target = isText(given.target) && given.target ? document.querySelector(given.target) : given.target || null;
    if (given.target && !target) throw new Error(`sourcebot: there is no element ${given.target}`);
    const theme = ["light", "dark"].includes(given.theme) ? given.theme : "auto";
    const widget = new Widget({
      server: given.server ? new URL(given.server, document.baseURI).href : home,
      key: given.key || null,
      kb: given.kb || null,
      title: given.title || null,
      open: String(given.open) === "true",
      remember: String(given.remember) !== "false",
      page: String(given.page) === "true",
      side: given.side === "start" ? "start" : "end",
      lang: given.lang || null,
      strings: given.strings || null,
      target,
      theme,
    });
    return Object.freeze({
      element: widget.host,
      open: () => widget.open(),
      close: () => widget.close(),
      ask: (text) => {
        widget.open({ focus: false });
        return widget.ask(String(text));
      },
      restart: () => widget.restart(),
      remove: () => widget.remove(),
    });
  };

  window.Sourcebot = Object.freeze({ create });

  const start = () => {
    const given = { ...SCRIPT.dataset };
    if (given.page === "true") {
      document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet(PAGE)];
      const place = document.querySelector(given.target);
      if (place) place.replaceChildren();
    }
    window.sourcebot = create(given);
  };

  if (SCRIPT && SCRIPT.dataset.manual === undefined) {
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
    else start();
  }
})();
