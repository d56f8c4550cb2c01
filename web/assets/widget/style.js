// The look. A rule a line, of which the ends are not sent; older browsers do without gaps. Colours are those of the
// survey's page.
import { make } from './dom.js';

const DARK = '--i:var(--cxd-ink,#eceff5);--p:var(--cxd-paper,#1c212b);color-scheme:dark';

const SHEET = `\
:host{all:initial;--i:var(--cxd-ink,#1d2433);--p:var(--cxd-paper,#fff);\
--a:var(--cxd-accent,#2a6ae0);--o:var(--cxd-on-accent,#fff);--r:var(--cxd-radius,.75em)}\
:host([data-theme=dark]){${DARK}}\
@media (prefers-color-scheme:dark){:host(:not([data-theme=light])){${DARK}}}\
*{box-sizing:border-box;margin:0;padding:0;border:0;color:inherit;background:0 0;font:inherit}\
[hidden]{display:none!important}\
.box,.edge{font:medium/1.4 var(--cxd-font,system-ui,sans-serif);border-radius:var(--r);overflow-wrap:break-word}\
.box{position:relative;max-width:40em;padding:1.25em;color:var(--i);\
background:var(--p);box-shadow:0 0 0 1px #8886,0 0 2em #0004}\
.modal,.corner{position:fixed;z-index:2147483000;width:calc(100vw - 2em);max-height:calc(100vh - 2em);overflow:auto}\
.modal{top:0;margin:auto}\
.modal::backdrop{background:#0008}\
.corner{bottom:1em;right:1em;max-width:23em}\
.edge{width:auto}\
.note,.ends,::placeholder{color:inherit;opacity:.8;font-size:.875em}\
.x{position:absolute;top:.5em;right:1em;width:1.5em;font-size:1.5em}\
.corner.left,[dir=rtl] .x{right:auto;left:1em}\
.row,.ends,.foot{display:flex;flex-wrap:wrap;gap:.25em;margin-top:1em}\
.ends,.foot{justify-content:space-between}\
.row label{position:relative;flex:1 1 2em;min-width:1.5em}\
.long label{flex:1 1 calc((29em - 100%)*999);max-width:calc(16.6% - .25em)}\
.row input,.unseen{position:absolute;width:100%;height:100%;opacity:0}\
label,input,button{cursor:pointer}\
.row span,.list label,textarea,[placeholder]{border:1px solid #7b8699;border-radius:.5em}\
.row span{display:grid;place-items:center;font-weight:600;min-height:3em}\
label:hover,label:hover span{border-color:var(--a)}\
:checked+span{forced-color-adjust:none}\
.numbers :checked+span{color:var(--o);background:var(--a)}\
svg{width:2.5em;fill:none;stroke:currentColor;stroke-width:1.5}\
.row:not(.numbers) span{border:0;color:#7b8699}\
.row:not(.numbers) label:hover span,.row:not(.numbers) :checked+span{color:var(--a)}\
.stars span::before{content:'☆';font-size:36px}\
.stars :checked+span::before{content:'★'}\
.stars label:has(~label :checked) span::before{content:'★';color:var(--a)}\
.stars span{font-size:0}\
.list label{display:flex;gap:.5em}\
.list label,textarea,[placeholder]{margin-top:.5em;padding:.5em 1em}\
.list input{flex:none;width:1.5em;height:1.5em;accent-color:var(--a)}\
textarea,[placeholder]{display:block;width:100%;resize:vertical}\
.foot{flex-direction:row-reverse}\
.foot button,.edge{padding:.5em 1em;border-radius:.5em;font-weight:600;color:var(--o);background:var(--a)}\
.foot .back{color:inherit;background:0 0}\
[role=alert]:not(:empty){margin-top:.5em;padding:.5em 1em;border:1px solid #e5484d;border-radius:.5em}\
.unseen{width:0}\
.row input:focus+span{outline:3px solid var(--a);outline-offset:2px}\
:focus-visible{outline:3px solid var(--a);outline-offset:2px}\
.q{font-weight:600;font-size:1.125em;padding-inline-end:2em;outline:0}\
`;

/** @param {ShadowRoot} root @param {string} [nonce] for where style sheets cannot be constructed */
export function dress(root, nonce) {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(SHEET);
    root.adoptedStyleSheets = [sheet];
  } catch {
    root.append(make('style', { nonce }, SHEET));
  }
}
