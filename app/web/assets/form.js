/* Forms work without any of this; each script takes the parts of the page that ask for it. */

import { all, each } from "./page.js";
import { checking } from "./checking.js";
import { combobox } from "./choosing.js";
import { copying } from "./copying.js";
import { noticePasskeys, passkey } from "./passkeys.js";
import { arrive, chosenFile, followSummary, tip } from "./reaching.js";
import { autosave, once } from "./saving.js";
import { conditional } from "./showing.js";
import { separate, spell } from "./spelling.js";
import { tags } from "./tags.js";

each(all("[data-combobox]"), combobox);
each(all("[data-tags]"), tags);
each(all("form[data-once]"), once);
each(all("form[data-check-url]"), checking);
each(all("form"), conditional);
each(all("form[data-draft-url]"), autosave);
each(all("input[data-money]"), separate);
each(all("input[type=date], input[type=time]"), spell);
each(all("form[data-passkey]"), passkey);
each(all(".tip"), tip);
each(all("[data-file]"), chosenFile);
each(all("[data-copy]"), copying);
each(all(".errors a[href^='#']"), followSummary);
noticePasskeys();
arrive();
