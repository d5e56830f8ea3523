// How the chat looks. The sheet is adopted by the shadow root, which no content policy of the page forbids.
const LIGHT = `--bg:#ffffff;--soft:#f3f4f4;--soft-2:#e9ebeb;--line:#dfe3e2;--text:#1a2023;--quiet:#5b6569;--bad:#b3261e;--note:#fff6dd;--note-text:#5c4305;--on:#1c7a4a;--shadow:0 2px 6px rgba(16,24,28,.08),0 18px 50px -8px rgba(16,24,28,.28);color-scheme:light;`;
const DARK = `--bg:#181c1e;--soft:#262c2f;--soft-2:#31383b;--line:#343b3f;--text:#eef1f1;--quiet:#a9b4b7;--bad:#ff9c92;--note:#3a3012;--note-text:#f4dfa6;--on:#5fd196;--shadow:0 2px 6px rgba(0,0,0,.4),0 18px 50px -8px rgba(0,0,0,.7);color-scheme:dark;`;
const SHEET = `
:host{all:initial;${LIGHT}--r:18px;font:15px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;color:var(--text)}
@media (prefers-color-scheme:dark){:host(:not([data-theme=light])){${DARK}}}
:host([data-theme=dark]){${DARK}}
*,*::before,*::after{box-sizing:border-box}
[hidden]{display:none!important}
button,input,textarea{font:inherit;color:inherit;letter-spacing:inherit;margin:0}
button{cursor:pointer;border:0;background:none;padding:0}
svg{display:block;fill:none;stroke:currentColor;stroke-width:1.9;stroke-linecap:round;stroke-linejoin:round;width:22px;height:22px}
:focus-visible{outline:2.5px solid var(--text);outline-offset:2px}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.launcher,.teaser,.panel{position:fixed;z-index:2147483000;inset-inline-end:var(--edge-end,auto);inset-inline-start:var(--edge-start,auto)}
:host{--edge-end:20px}:host([data-side=left]){--edge-end:auto;--edge-start:20px}
.launcher{bottom:20px;width:58px;height:58px;border-radius:50%;background:var(--c);color:var(--ink);display:grid;place-items:center;box-shadow:0 1px 3px rgba(16,24,28,.22),0 8px 24px -4px rgba(16,24,28,.36);transition:transform .14s cubic-bezier(.2,.8,.3,1)}
.launcher:hover{transform:scale(1.06)}.launcher:active{transform:scale(.96)}
.launcher svg{width:28px;height:28px;grid-area:1/1;transition:opacity .14s,transform .18s}
.launcher .shut{opacity:0;transform:rotate(-60deg) scale(.6)}.launcher[aria-expanded=true] .shut{opacity:1;transform:none}
.launcher[aria-expanded=true] .talk{opacity:0;transform:rotate(60deg) scale(.6)}
.badge{position:absolute;top:-3px;inset-inline-end:-3px;min-width:22px;height:22px;padding:0 6px;border-radius:11px;background:#c5221f;color:#fff;font-size:12px;font-weight:700;line-height:18px;border:2px solid var(--bg);text-align:center;font-variant-numeric:tabular-nums}
.teaser{bottom:90px;max-width:min(300px,calc(100vw - 40px));display:flex;gap:10px;align-items:flex-start;padding:12px 14px;border-radius:14px;background:var(--bg);box-shadow:var(--shadow);text-align:start;animation:rise .2s cubic-bezier(.2,.8,.3,1)}
.teaser .face{flex:none;align-self:start}.teaser p{margin:0;overflow:hidden;display:-webkit-box;-webkit-line-clamp:3;-webkit-box-orient:vertical;overflow-wrap:anywhere}.teaser strong{display:block;font-size:13px}
.panel{bottom:92px;width:392px;max-width:calc(100vw - 40px);height:min(660px,calc(100vh - 116px));height:min(660px,calc(100dvh - 116px));display:flex;flex-direction:column;background:var(--bg);border-radius:var(--r);overflow:hidden;box-shadow:var(--shadow);animation:rise .2s cubic-bezier(.2,.8,.3,1);transform-origin:100% 100%}
@keyframes rise{from{opacity:0;transform:translateY(12px) scale(.98)}}
.head{flex:none;background:var(--c);color:var(--ink);padding:14px 10px 14px 18px;display:flex;align-items:center;gap:12px;position:relative}
.head :focus-visible{outline-color:var(--ink)}
.mark{flex:none;width:40px;height:40px;border-radius:50%;display:grid;place-items:center;font-weight:700;font-size:15px;background:var(--ink);color:var(--c)}
.who{flex:1;min-width:0}.who h2{margin:0;font-size:16px;line-height:1.25;font-weight:680;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.who p{margin:2px 0 0;font-size:13px;line-height:1.3;display:flex;align-items:center;gap:7px}
.dot{flex:none;width:9px;height:9px;border-radius:50%;background:#3ecf8e;border:1.5px solid var(--ink)}.dot.off{background:#f2b03c}
.icon{flex:none;width:40px;height:40px;border-radius:12px;display:grid;place-items:center}.icon .dots3{stroke-width:3.4}.icon:hover{background:color-mix(in srgb,currentColor 14%,transparent)}
.menu{position:absolute;top:calc(100% - 6px);inset-inline-end:12px;z-index:3;min-width:220px;max-width:calc(100% - 24px);padding:6px;border-radius:14px;background:var(--bg);color:var(--text);box-shadow:var(--shadow);border:1px solid var(--line)}
.menu button{display:flex;gap:10px;align-items:center;width:100%;min-height:42px;padding:8px 10px;border-radius:9px;text-align:start;font-size:14px}.menu button:hover{background:var(--soft)}.menu svg{flex:none;width:19px;height:19px;color:var(--quiet)}.menu :focus-visible{outline-color:var(--text);outline-offset:-2px}
.bar{flex:none;padding:9px 16px;background:var(--note);color:var(--note-text);font-size:13px;line-height:1.35}
.body{flex:1;min-height:0;overflow-y:auto;overscroll-behavior:contain;padding:20px 16px 8px;display:flex;flex-direction:column;scrollbar-width:thin;scrollbar-color:var(--soft-2) transparent}
.hello{flex:none;margin:-20px -16px 18px;padding:6px 20px 30px;background:linear-gradient(var(--c),color-mix(in oklab,var(--c) 84%,var(--ink)));color:var(--ink);border-radius:0 0 22px 22px}.hello h3{margin:0;font-size:29px;line-height:1.14;font-weight:730;letter-spacing:-.022em;text-wrap:balance}
.talked .hello{display:none}
.lines{list-style:none;margin:0;padding:0;display:flex;flex-direction:column;gap:3px}
.day{align-self:center;font-size:12px;color:var(--quiet);margin:14px 0 8px;font-weight:560}
.line{display:grid;grid-template-columns:30px minmax(0,1fr);column-gap:8px;max-width:88%;align-self:flex-start}
.line.first{margin-top:10px}.line.mine{align-self:flex-end;grid-template-columns:minmax(0,1fr);justify-items:end}
.face{grid-row:1/span 3;align-self:end;width:30px;height:30px;border-radius:50%;display:grid;place-items:center;background:var(--soft-2);font-size:12px;font-weight:680;visibility:hidden}.last .face,.teaser .face{visibility:visible}
.name{grid-column:2;font-size:12.5px;color:var(--quiet);margin:0 0 3px 2px;font-weight:560;display:none}.first .name{display:block}
.bubble{grid-column:-2;justify-self:start;max-width:100%;padding:9px 13px;border-radius:18px;background:var(--soft);overflow-wrap:anywhere;white-space:pre-wrap}
.bubble a{color:inherit;text-underline-offset:2px}.mine .bubble{background:var(--c);color:var(--ink);justify-self:end}.mine .bubble :focus-visible{outline-color:var(--ink)}
.line:not(.last) .bubble{border-end-start-radius:6px}.line:not(.first) .bubble{border-start-start-radius:6px}
.mine.line:not(.last) .bubble{border-end-start-radius:18px;border-end-end-radius:6px}.mine.line:not(.first) .bubble{border-start-start-radius:18px;border-start-end-radius:6px}
.meta{grid-column:-2;font-size:12px;color:var(--quiet);margin:4px 3px 0;display:none}.last .meta,.meta.bad{display:block}.meta.bad{color:var(--bad)}
.meta button,.link{color:inherit;text-decoration:underline;text-underline-offset:2px;font-weight:600}
.file{display:flex;align-items:center;gap:9px;text-align:start;text-decoration:underline;text-underline-offset:2px;min-height:28px}.file svg{flex:none;width:19px;height:19px}.file small{opacity:.9;font-size:12px;text-decoration:none}.file canvas{display:block;max-width:100%;height:auto;border-radius:10px}
.bubble.shot{padding:4px}.bubble .file+.file,.bubble span+.file{margin-top:6px}
.typing{display:flex;align-items:center;gap:8px;color:var(--quiet);font-size:13px;min-height:30px;padding:6px 2px 0}
.dots{display:inline-flex;gap:4px;padding:11px 12px;border-radius:16px;background:var(--soft)}.dots i{width:6px;height:6px;border-radius:50%;background:var(--quiet);animation:beat 1.1s infinite}.dots i:nth-child(2){animation-delay:.14s}.dots i:nth-child(3){animation-delay:.28s}
@keyframes beat{0%,60%,100%{opacity:.35}30%{opacity:1;transform:translateY(-3px)}}
.card{margin:14px 0 4px;padding:15px;border:1px solid var(--line);border-radius:16px;display:grid;gap:11px}.card p{margin:0;font-weight:560;line-height:1.4}.card p.said{font-weight:400;color:var(--quiet)}
.card label{display:grid;gap:5px;font-size:13px;font-weight:600}.card label small{font-weight:400;color:var(--quiet)}
.card input,.card textarea{width:100%;min-height:44px;padding:10px 12px;border:1px solid color-mix(in srgb,var(--quiet) 75%,transparent);border-radius:11px;background:var(--bg);font-size:16px;font-weight:400;resize:none}
.card :is(input,textarea):focus-visible,.write:focus-within{outline:2px solid color-mix(in oklab,var(--c) 60%,var(--text));outline-offset:-1px;border-color:transparent}.card ::placeholder{color:var(--quiet);opacity:1}.card [aria-invalid=true]{border-color:var(--bad)}.card .wrong{color:var(--bad);font-weight:500}
.go{min-height:44px;padding:0 18px;border-radius:12px;background:var(--c);color:var(--ink);font-weight:640;justify-self:start}.go:hover,.send:hover{filter:brightness(1.08)}
.stars{display:flex;gap:6px}.stars button{flex:1;height:46px;border-radius:12px;background:var(--soft);display:grid;place-items:center;color:var(--quiet)}.stars button:hover,.stars [aria-pressed=true]{background:var(--soft-2);color:var(--text)}.stars svg{width:26px;height:26px}
.stars [aria-pressed=true]{background:var(--c);color:var(--ink)}
.card .tick{display:flex;gap:9px;align-items:flex-start;font-weight:400}.card .tick input{flex:none;width:20px;height:20px;min-height:0;margin:1px 0 0;accent-color:var(--c)}.rows{display:grid;gap:11px}.mail-row{display:flex;gap:8px;align-items:flex-end}.mail-row label{flex:1;min-width:0}
.foot{flex:none;padding:8px 12px 12px;padding-bottom:max(12px,env(safe-area-inset-bottom))}
.write{display:flex;align-items:flex-end;gap:2px;border:1px solid var(--line);border-radius:22px;padding:4px;background:var(--bg)}
.write textarea{flex:1;min-width:0;border:0;outline:0;background:none;resize:none;padding:9px 4px;font-size:16px;line-height:1.35;height:40px;max-height:140px;overflow-y:auto;scrollbar-width:thin}.write textarea::placeholder{color:var(--quiet);opacity:1}
.write .icon{color:var(--quiet);border-radius:50%}.send{flex:none;width:40px;height:40px;border-radius:50%;background:var(--c);color:var(--ink);display:grid;place-items:center;transition:opacity .12s}.send[aria-disabled=true]{background:var(--soft-2);color:var(--quiet)}.send svg{width:20px;height:20px}
.chips{display:flex;flex-wrap:wrap;gap:6px;padding:0 2px 8px}.chip{display:flex;align-items:center;gap:6px;max-width:100%;padding:4px 4px 4px 11px;border-radius:16px;background:var(--soft);font-size:13px}.chip span{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}.chip button{flex:none;width:26px;height:26px;border-radius:50%;display:grid;place-items:center}.chip svg{width:15px;height:15px}
.drop{position:absolute;inset:8px;z-index:4;border:2px dashed var(--c);border-radius:14px;background:color-mix(in srgb,var(--bg) 92%,transparent);display:grid;place-items:center;font-weight:640;pointer-events:none}
.older{align-self:center;margin:0 0 8px;padding:6px 14px;border-radius:16px;background:var(--soft);font-size:13px;font-weight:600}
@media (max-width:520px){.panel{inset:0;width:100%;max-width:none;height:100%;height:100dvh;border-radius:0}.launcher[aria-expanded=true]{display:none}.head{padding-top:max(12px,env(safe-area-inset-top))}}
@media (prefers-reduced-motion:reduce){*,*::before{animation:none!important;transition:none!important}}
@media (forced-colors:active){.launcher,.bubble,.go,.send{border:1px solid}}
`;
const ICONS = {
  talk: "M21 11.5a8.4 8.4 0 0 1-12.3 7.5L3.5 20.5 5 15.6A8.5 8.5 0 1 1 21 11.5z",
  shut: "M6 9l6 6 6-6", close: "M6 6l12 12M18 6L6 18", more: "M5 12h.01M12 12h.01M19 12h.01", send: "M12 19V5M5.5 11.5L12 5l6.5 6.5",
  clip: "M20 11.5l-8 8a5.2 5.2 0 0 1-7.4-7.4l8.3-8.2a3.5 3.5 0 0 1 4.9 4.9l-8.2 8.2a1.7 1.7 0 0 1-2.5-2.4l7.5-7.5",
  mail: "M3.5 6.5h17v11h-17zM4 7l8 6 8-6", sound: "M5 9.5v5h3.5L13 18.5v-13L8.5 9.5zM16.5 9a4 4 0 0 1 0 6M19 6.5a7.5 7.5 0 0 1 0 11",
  mute: "M5 9.5v5h3.5L13 18.5v-13L8.5 9.5zM17 10l4 4M21 10l-4 4", file: "M14 3.5H7v17h10.5V7.5zM14 3.5v4h3.5",
  face1: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8 16.8q4-4.4 8 0M9 9.5h.01M15 9.5h.01", face2: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8.5 16q3.5-2.2 7 0M9 9.5h.01M15 9.5h.01",
  face3: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8.5 15.2h7M9 9.5h.01M15 9.5h.01", face4: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8.5 14.2q3.5 2.6 7 0M9 9.5h.01M15 9.5h.01",
  face5: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM7.5 13.5h9c-.3 2.6-2 4-4.5 4s-4.2-1.4-4.5-4zM9 9.5h.01M15 9.5h.01",
};
