/* The very first page: guess the country by the device's time zone, and currency and zone by the country. */
document.addEventListener("DOMContentLoaded", () => {
  "use strict";
  const places = JSON.parse(document.getElementById("places").textContent);
  const pick = (name) => document.querySelector(`[name="${name}"]`);
  const [country, currency, zone] = ["country", "currency", "time_zone"].map(pick);
  const choose = (select, value) => { if ([...select.options].some((option) => option.value === value)) select.value = value; };
  const follow = () => {
    const [money, time] = places[country.value] ?? [];
    if (money) { choose(currency, money); choose(zone, time); }
  };
  country.addEventListener("change", follow);
  // What the demo has put on is in its own currency; guessing would count its orders in another.
  if (document.querySelector("[aria-invalid], [data-known]")) return;
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const found = Object.keys(places).find((code) => places[code][1] === here);
  if (found) { choose(country, found); follow(); }
});
