// How both elements look: the page's own styles end at their edge, its variables may change these. What is transparent here is what forced colours show.

import { css } from "../vendor/lit/lit.js";

export const STYLE = css`
:host { all: initial !important; display: block !important; color-scheme: inherit !important;
  --_xz-paper: var(--xianzhi-paper, #fffefb); --_xz-wash: var(--xianzhi-wash, #f4f3ee); --_xz-ink: var(--xianzhi-ink, #20242a); --_xz-quiet: var(--xianzhi-quiet, #5f656c); --_xz-line: var(--xianzhi-line, #dfdcd3); --_xz-edge: #85827a;
  --_xz-accent: var(--xianzhi-accent, #0e6b5c); --_xz-accent-ink: var(--xianzhi-accent-ink, #fff); --_xz-tint: var(--xianzhi-tint, #e4f0ec); --_xz-mark: #fbe7a6; --_xz-bad: #a03025; --_xz-bad-wash: #f8e6e2; --_xz-open-wash: #fbf0d6;
  --_xz-radius: var(--xianzhi-radius, 12px); --_xz-shadow: 0 10px 36px rgb(20 24 28 / 20%), 0 1px 3px rgb(20 24 28 / 14%); }
@supports (color: light-dark(#000, #fff)) { :host {
  --_xz-paper: var(--xianzhi-paper, light-dark(#fffefb, #1d2125)); --_xz-wash: var(--xianzhi-wash, light-dark(#f4f3ee, #272c31)); --_xz-ink: var(--xianzhi-ink, light-dark(#20242a, #e6e4de)); --_xz-quiet: var(--xianzhi-quiet, light-dark(#5f656c, #a3a9af));
  --_xz-line: var(--xianzhi-line, light-dark(#dfdcd3, #3a4046)); --_xz-edge: light-dark(#85827a, #737b83); --_xz-accent: var(--xianzhi-accent, light-dark(#0e6b5c, #58c2a8)); --_xz-accent-ink: var(--xianzhi-accent-ink, light-dark(#fff, #08231d));
  --_xz-tint: var(--xianzhi-tint, light-dark(#e4f0ec, #1c332e)); --_xz-mark: light-dark(#fbe7a6, #5c4a10); --_xz-bad: light-dark(#a03025, #ee8f80); --_xz-bad-wash: light-dark(#f8e6e2, #3b2320); --_xz-open-wash: light-dark(#fbf0d6, #382d14); } }
:host([hidden]) { display: none !important; }
@media print { :host { display: none !important; } }
:host([theme="light"]) { color-scheme: light !important; }
:host([theme="dark"]) { color-scheme: dark !important; }
:host([theme="auto"]) { color-scheme: light dark !important; }
*, *::before, *::after { box-sizing: border-box; }
[hidden] { display: none !important; }
.root { font: 15px/1.6 var(--xianzhi-font, system-ui, -apple-system, "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif); color: var(--_xz-ink); text-align: start; overflow-wrap: anywhere; -webkit-text-size-adjust: 100%; }
h2, h3, p, ul, ol, dl, dd { margin: 0; padding: 0; }
ul { list-style: none; }
button, input { font: inherit; color: inherit; margin: 0; }
button, a.go, a.plain { cursor: pointer; min-height: 44px; touch-action: manipulation; -webkit-tap-highlight-color: transparent; }
:focus-visible { outline: 2px solid var(--_xz-accent); outline-offset: 2px; }
[tabindex="-1"]:focus { outline: none; }
svg { display: block; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
.unseen { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

.launcher { position: fixed; z-index: var(--xianzhi-z-index, 2147483000); right: calc(var(--xianzhi-right, 20px) + env(safe-area-inset-right, 0px)); bottom: calc(var(--xianzhi-bottom, 20px) + env(safe-area-inset-bottom, 0px));
  display: flex; align-items: center; gap: 8px; min-height: 50px; padding: 0 20px 0 16px; border: 1px solid transparent; border-radius: 25px; background: var(--_xz-accent); color: var(--_xz-accent-ink); font-weight: 600; box-shadow: var(--_xz-shadow); }
.launcher:hover { filter: brightness(1.08); }

dialog { padding: 0; border: 1px solid var(--_xz-line); border-radius: calc(var(--_xz-radius) + 4px); background: var(--_xz-paper); color: var(--_xz-ink); box-shadow: var(--_xz-shadow); overflow: hidden; }
dialog[open] { display: flex; flex-direction: column; }
dialog::backdrop { background: rgb(16 20 24 / 42%); }
.panel { position: fixed; z-index: var(--xianzhi-z-index, 2147483000); inset: auto calc(var(--xianzhi-right, 20px)) calc(var(--xianzhi-bottom, 20px)) auto; margin: 0; width: 380px; max-width: calc(100vw - 32px); height: min(620px, calc(100vh - 40px)); max-height: none; }
.reader { margin: auto; width: 480px; max-width: calc(100vw - 24px); max-height: min(640px, calc(100vh - 32px)); }
header { display: flex; align-items: center; justify-content: space-between; gap: 8px; padding: 8px 8px 4px 18px; }
h2 { font-size: 17px; line-height: 1.4; font-weight: 650; }
.close { flex: none; display: grid; place-items: center; width: 44px; border: 1px solid transparent; border-radius: 50%; background: none; color: var(--_xz-quiet); }
.close:hover { background: var(--_xz-wash); }

.ask { position: relative; display: flex; gap: 8px; padding: 4px 16px 12px; }
input { flex: 1; min-width: 0; width: 100%; min-height: 46px; padding: 0 14px; border: 1px solid var(--_xz-edge); border-radius: var(--_xz-radius); background: var(--_xz-paper); font-size: 16px; appearance: none; }
input::placeholder { color: var(--_xz-quiet); opacity: 1; }
input:focus-visible { outline-offset: 0; border-color: var(--_xz-accent); }
.go, .plain { display: inline-flex; align-items: center; justify-content: center; padding: 0 18px; border-radius: var(--_xz-radius); border: 1px solid var(--_xz-accent); font-weight: 600; text-decoration: none; white-space: nowrap; }
.go { background: var(--_xz-accent); color: var(--_xz-accent-ink); }
.plain { background: none; color: var(--_xz-accent); border-color: var(--_xz-line); }
.go:hover { filter: brightness(1.08); }
.plain:hover, .row:hover { background: var(--_xz-tint); }

.suggestions { border: 1px solid var(--_xz-line); border-radius: var(--_xz-radius); background: var(--_xz-paper); box-shadow: var(--_xz-shadow); overflow: auto; overscroll-behavior: contain; padding: 4px; }
.ask .suggestions { position: absolute; z-index: 1; inset: calc(100% - 8px) 16px auto; max-height: min(340px, 52vh); }
.suggestions li { display: flow-root; min-height: 44px; padding: 10px 12px; line-height: 1.5; border-radius: calc(var(--_xz-radius) - 4px); cursor: pointer; touch-action: manipulation; -webkit-tap-highlight-color: transparent; }
.suggestions li.active, .suggestions li:hover { background: var(--_xz-tint); }
.suggestions li.active { box-shadow: inset 3px 0 var(--_xz-accent); outline: 2px solid transparent; outline-offset: -2px; }
mark { background: none; color: var(--_xz-accent); font-weight: 650; }
.drop { position: fixed; inset: auto; margin: 0; padding: 0; border: 0; background: none; color: var(--_xz-ink); overflow: visible; min-width: 240px; max-width: 100vw; }
.drop .suggestions { max-height: min(360px, var(--_xz-room, 60vh)); }

.body { flex: 1; min-height: 0; overflow: auto; overscroll-behavior: contain; padding: 4px 18px calc(20px + env(safe-area-inset-bottom, 0px)); display: flex; flex-direction: column; gap: 14px; }
.body > * { flex: none; }
.hint, .working, .about, .source { color: var(--_xz-quiet); font-size: 14px; }
.news { display: block; margin-top: 2px; }
.working::before { content: ""; display: inline-block; width: 8px; height: 8px; margin-right: 8px; border-radius: 50%; background: var(--_xz-accent); animation: wait 1.1s ease-in-out infinite alternate; }
@keyframes wait { from { opacity: .25; } to { opacity: 1; } }
h3 { font-size: 14px; line-height: 1.5; font-weight: 650; color: var(--_xz-quiet); }
.answer h3, .unsure h3, .handed h3 { font-size: 17px; color: var(--_xz-ink); }
.answer { display: grid; gap: 8px; }
.source { font-size: 12.5px; line-height: 1.5; padding-top: 8px; border-top: 1px solid var(--_xz-line); }
.calm, .trouble { padding: 8px 14px; border-radius: var(--_xz-radius); background: var(--_xz-open-wash); font-size: 14px; }
.calm summary { cursor: pointer; font-weight: 600; padding: 4px 0; }
.calm p { white-space: pre-line; padding: 2px 0 4px; }
.trouble { background: var(--_xz-bad-wash); color: var(--_xz-bad); display: grid; gap: 10px; }
.about strong { color: var(--_xz-accent); font-weight: 500; }
.acts, .line { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
.line { flex-wrap: nowrap; }
.trouble .plain { background: var(--_xz-paper); }
.choose { display: grid; gap: 4px; }
.choose ul { border: 1px solid var(--_xz-line); border-radius: var(--_xz-radius); overflow: hidden; }
.choose li + li { border-top: 1px solid var(--_xz-line); }
.row { display: flex; justify-content: space-between; align-items: center; gap: 12px; width: 100%; min-height: 48px; padding: 8px 14px; border: 0; background: none; text-align: start; line-height: 1.45; }
.row:focus-visible { outline-offset: -2px; }
.row small { flex: none; font-size: 13px; color: var(--_xz-quiet); }
.asked { display: grid; gap: 6px; padding: 12px 14px; border-radius: var(--_xz-radius); background: var(--_xz-tint); }
.judge { display: grid; grid-template-columns: 1fr 1fr; gap: 8px; }
.judge span, .judge .trouble { grid-column: 1 / -1; font-size: 14px; }
.judge span { color: var(--_xz-quiet); }
.judge .plain { min-height: 48px; }
.thanks { color: var(--_xz-accent); font-weight: 600; }
.handed { display: grid; gap: 10px; }
dl { display: grid; gap: 8px; padding: 12px 14px; border-radius: var(--_xz-radius); background: var(--_xz-wash); }
dt { font-size: 12.5px; color: var(--_xz-quiet); }

.text { display: grid; gap: 8px; }
.text ul, .text ol { list-style: revert; padding-left: 1.5em; }
.text li + li { margin-top: 4px; }
.text h3, .text h4, .text h5, .text h6 { margin: 6px 0 0; font-size: 15px; font-weight: 650; color: var(--_xz-ink); }
.text a { color: var(--_xz-accent); }
.text pre, .text table { display: block; max-width: 100%; overflow: auto; }
.text table { border-collapse: collapse; font-size: 14px; }
.text th, .text td { padding: 5px 10px; border: 1px solid var(--_xz-line); text-align: start; }
.text code { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: .9em; }
.text blockquote { margin: 0; padding-left: 12px; border-left: 3px solid var(--_xz-line); color: var(--_xz-quiet); }
.plain-text { white-space: pre-line; }

@media (max-width: 540px) {
  .panel { inset: var(--_xz-room-top, 0px) 0 auto; width: 100vw; max-width: none; height: 100vh; height: var(--_xz-room-height, 100dvh); border: 0; border-radius: 0; padding-top: env(safe-area-inset-top, 0px); }
  .text { font-size: 16px; }
}
@media (prefers-reduced-motion: reduce) { *, *::before { animation: none !important; transition: none !important; } }
`;
