// Every word of the page's own frame, in English and German. What the products say comes from the products.

const EN = {
  title: "Playground", company_of: "{company} · a company that does not exist",
  theme_auto: "Light or dark: as the system", theme_light: "Light or dark: light", theme_dark: "Light or dark: dark",
  language: "Language", colleagues: "Colleagues are active", colleagues_hint: "Simulated colleagues share and read in the background",
  whatif: "What if …", board: "Leaders' page", guide: "First steps",
  slack: "Slack", teams: "Teams", networks: "Networks", played: "played here", windows: "Windows",
  you_are: "You are", choose_person: "Choose who you are", find_person: "Name or department …", nobody_found: "Nobody is called that.",
  same_person: "Same person in Slack and Teams", prominent: "Start with these", everybody: "All colleagues",
  role_employee: "Employee", role_editor: "Editor", role_leader: "Leader", uses: "uses {products}", only_slack: "Slack only", only_teams: "Teams only",
  not_here: "{name} does not use {product}.", not_here_hint: "A third of the company uses only one of the two. Choose somebody else above.",
  channels: "Channels", apps: "Apps", chats: "Chat", your_team: "Your teams", show_list: "Show channels", home: "Home", messages: "Messages",
  only_you: "Only visible to you", only_you_card: "Only you see the card like this", dismiss: "Dismiss message", edited: "edited", app: "APP", bot: "Bot",
  today: "Today", yesterday: "Yesterday", now: "now", minutes: "{n} min", hours: "{n} h", members: "{n} members",
  new_messages: "{n} new", nothing_here: "Nothing here yet", nothing_channel: "Approved stories appear in this channel.",
  nothing_chat: "Say hello, or type help.", nothing_home: "The app's Home opens here.",
  write_to: "Message {name}", write_bot: "Message Advocacy", write_channel: "Message {name}, or @Advocacy …", send: "Send", command_hint: "Type / to see the commands",
  w_feed: "feed", w_compose: "compose", w_me: "me", w_leaderboard: "leaderboard", w_accounts: "accounts", w_help: "help",
  c_help: "what the app can do", c_feed: "stories you can share now", c_me: "my shares and clicks", c_leaderboard: "which departments take part", c_accounts: "connected networks",
  c_compose: "a story from a link", more_actions: "More actions", suggest_this: "Suggest for sharing", compose_story: "Compose a story",
  cancel: "Cancel", close: "Close", optional: "optional", required: "Please fill this in.", slack_required: "Please complete this required field.", choose: "Choose …", opens_tab: "opens in a new tab",
  trouble: "That did not work: {why}", offline: "The playground does not answer. Is it still running? Trying again …", replied: "Replies",
  not_installed: "The app is not installed for {name}.", install: "Add the app", search: "Search stories", attach: "Add to conversation",
  feed_empty: "No posts on {network} yet.", feed_empty_hint: "They appear here the moment somebody shares.", more_networks: "More", site: "News site",
  like: "Like", repost: "Repost", remove: "Delete", works_at: "{department} at {company}", connected: "{n} connected", app_password: "App password of {name}",
  via_api: "posted by the app", via_dialog: "posted by hand", visits: "{n} visits", crawls: "{n} by bots", read: "Read",
  whatif_intro: "Let something go wrong at a vendor, then share, and see that every post still ends up there once – or that its author is told why not.",
  f_throttle: "Too many requests (429, come back later)", f_error: "Internal error (500)", f_lost_answer: "The work is done, but the answer gets lost",
  f_revoked: "The token has been revoked", f_duplicate: "Everything is delivered twice", f_skew: "The clock is ten minutes off",
  where: "Where", what: "What happens", times: "How often", let_happen: "Let it happen", all_well: "Everything works again", waiting: "{n} waiting", none_waiting: "Everything works.",
  board_hint: "Only people with the role Leader or Editor may see it. Be {name}, ask for the leaderboard, and press “Open the page” in the answer.",
  board_go: "Be {name} and ask now", guide_intro: "Five steps from an approved story to the board", guide_done: "That is the whole loop. Now try whatever you like!", go: "Show me",
  g1: "Be {name} and approve a story in #comms-editors", g2: "Be {name} and share it", g3: "See the post on the network", g4: "Open its link", g5: "Be {name} and look at the board",
  fiction: "Nothing leaves this machine. All people, posts and figures are invented.", skip: "Skip to {name}", unread: "{n} unread",
};

const DE = {
  title: "Spielwiese", company_of: "{company} · diese Firma gibt es nicht",
  theme_auto: "Hell oder dunkel: wie das System", theme_light: "Hell oder dunkel: hell", theme_dark: "Hell oder dunkel: dunkel",
  language: "Sprache", colleagues: "Kollegium ist aktiv", colleagues_hint: "Simulierte Leute teilen und lesen im Hintergrund",
  whatif: "Was wäre, wenn …", board: "Leitungsseite", guide: "Erste Schritte",
  slack: "Slack", teams: "Teams", networks: "Netzwerke", played: "hier gespielt", windows: "Fenster",
  you_are: "Du bist", choose_person: "Auswählen, wer du bist", find_person: "Name oder Abteilung …", nobody_found: "So heißt hier niemand.",
  same_person: "Dieselbe Person in Slack und Teams", prominent: "Zum Einstieg", everybody: "Alle im Haus",
  role_employee: "Mitarbeit", role_editor: "Redaktion", role_leader: "Leitung", uses: "nutzt {products}", only_slack: "nur Slack", only_teams: "nur Teams",
  not_here: "{name} nutzt {product} nicht.", not_here_hint: "Ein Drittel der Firma nutzt nur eines von beiden. Wähle oben jemand anderen.",
  channels: "Kanäle", apps: "Apps", chats: "Chat", your_team: "Deine Teams", show_list: "Kanäle zeigen", home: "Start", messages: "Nachrichten",
  only_you: "Nur für dich sichtbar", only_you_card: "Nur du siehst die Karte so", dismiss: "Nachricht verwerfen", edited: "bearbeitet", app: "APP", bot: "Bot",
  today: "Heute", yesterday: "Gestern", now: "jetzt", minutes: "{n} Min.", hours: "{n} Std.", members: "{n} Mitglieder",
  new_messages: "{n} neu", nothing_here: "Noch nichts da", nothing_channel: "Freigegebene Beiträge erscheinen in diesem Kanal.",
  nothing_chat: "Sag Hallo oder schreib hilfe.", nothing_home: "Hier öffnet sich die Startseite der App.",
  write_to: "Nachricht an {name}", write_bot: "Nachricht an Advocacy", write_channel: "Nachricht an {name} oder @Advocacy …", send: "Senden", command_hint: "Mit / erscheinen die Befehle",
  w_feed: "beiträge", w_compose: "verfassen", w_me: "ich", w_leaderboard: "rangliste", w_accounts: "konten", w_help: "hilfe",
  c_help: "was die App kann", c_feed: "Beiträge, die du jetzt teilen kannst", c_me: "meine Posts und Klicks", c_leaderboard: "welche Abteilungen mitmachen", c_accounts: "verbundene Netzwerke",
  c_compose: "ein Beitrag aus einem Link", more_actions: "Weitere Aktionen", suggest_this: "Zum Teilen vorschlagen", compose_story: "Beitrag erstellen",
  cancel: "Abbrechen", close: "Schließen", optional: "optional", required: "Bitte ausfüllen.", slack_required: "Bitte fülle dieses Pflichtfeld aus.", choose: "Auswählen …", opens_tab: "öffnet einen neuen Tab",
  trouble: "Das hat nicht geklappt: {why}", offline: "Die Spielwiese antwortet nicht. Läuft sie noch? Neuer Versuch …", replied: "Antworten",
  not_installed: "Die App ist für {name} nicht installiert.", install: "App hinzufügen", search: "Beiträge suchen", attach: "In die Unterhaltung setzen",
  feed_empty: "Auf {network} gibt es noch keine Posts.", feed_empty_hint: "Sie erscheinen hier, sobald jemand teilt.", more_networks: "Mehr", site: "Website",
  like: "Gefällt mir", repost: "Teilen", remove: "Löschen", works_at: "{department} bei {company}", connected: "{n} verbunden", app_password: "App-Passwort von {name}",
  via_api: "von der App gepostet", via_dialog: "von Hand gepostet", visits: "{n} Besuche", crawls: "{n} von Bots", read: "Lesen",
  whatif_intro: "Lass bei einem Anbieter etwas schiefgehen und teile dann: Jeder Post kommt trotzdem genau einmal an – oder wer ihn schrieb, erfährt, warum nicht.",
  f_throttle: "Zu viele Anfragen (429, später wiederkommen)", f_error: "Interner Fehler (500)", f_lost_answer: "Es ist geschehen, aber die Antwort geht verloren",
  f_revoked: "Das Token wurde widerrufen", f_duplicate: "Alles wird doppelt zugestellt", f_skew: "Die Uhr geht zehn Minuten falsch",
  where: "Wo", what: "Was geschieht", times: "Wie oft", let_happen: "Geschehen lassen", all_well: "Alles geht wieder", waiting: "{n} warten", none_waiting: "Alles funktioniert.",
  board_hint: "Nur wer die Rolle Leitung oder Redaktion hat, darf sie sehen. Sei {name}, frag nach der Rangliste und drücke in der Antwort auf „Seite öffnen“.",
  board_go: "{name} sein und jetzt fragen", guide_intro: "Fünf Schritte von der Freigabe bis zur Rangliste", guide_done: "Das ist der ganze Kreis. Probier jetzt, was du magst!", go: "Zeig es mir",
  g1: "Sei {name} und gib in #comms-editors einen Beitrag frei", g2: "Sei {name} und teile ihn", g3: "Sieh dir den Post im Netzwerk an", g4: "Öffne seinen Link", g5: "Sei {name} und sieh dir die Rangliste an",
  fiction: "Nichts verlässt diesen Rechner. Alle Menschen, Posts und Zahlen sind erfunden.", skip: "Weiter zu {name}", unread: "{n} ungelesen",
};

const WORDS = { en: EN, de: DE };
let language = "en";

/** Speak this language from now on. */
export function speak(wanted) {
  language = WORDS[wanted] ? wanted : "en";
  document.documentElement.lang = language;
}

/** The language spoken. */
export function spoken() {
  return language;
}

/** The words for a key, with names put in. */
export function t(key, names = {}) {
  const words = WORDS[language][key] || EN[key] || key;
  return words.replace(/\{(\w+)\}/g, (whole, name) => (name in names ? String(names[name]) : whole));
}

const clock = (moment) => new Intl.DateTimeFormat(language === "de" ? "de-DE" : "en-GB", { hour: "2-digit", minute: "2-digit" }).format(moment);

/** When: how long ago within a few hours, else the time of day and, before today, the date. */
export function ago(moment) {
  const minutes = Math.floor((Date.now() - moment) / 60000);
  if (minutes < 1) return t("now");
  if (minutes < 60) return t("minutes", { n: minutes });
  if (minutes < 300) return t("hours", { n: Math.floor(minutes / 60) });
  const day = dayOf(moment);
  return day === t("today") ? clock(moment) : `${day}, ${clock(moment)}`;
}

/** The day a message belongs to, as a divider says it. */
export function dayOf(moment) {
  const far = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(moment).setHours(0, 0, 0, 0)) / 86400000);
  if (far === 0) return t("today");
  if (far === 1) return t("yesterday");
  return new Intl.DateTimeFormat(language === "de" ? "de-DE" : "en-GB", { weekday: "long", day: "numeric", month: "long" }).format(moment);
}

/** A time element that keeps itself true: `tick` goes over all of them. */
export function when(moment) {
  const made = document.createElement("time");
  const at = new Date(moment);
  made.dateTime = at.toISOString();
  made.title = at.toLocaleString(language === "de" ? "de-DE" : "en-GB");
  made.textContent = ago(at);
  return made;
}

/** Bring all relative times up to date. */
export function tick() {
  for (const one of document.querySelectorAll("time[datetime]")) {
    const words = ago(new Date(one.dateTime));
    if (one.textContent !== words) one.textContent = words;
  }
}
