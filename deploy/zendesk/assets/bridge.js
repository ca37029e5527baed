// Between Zendesk and the sidebar: what the ticket says goes in, a reply that is inserted goes into the ticket's editor.

const LOWEST_HEIGHT = "640px";
const TOLD = ["ticket.requester", "ticket.conversation", "ticket.description", "currentUser"];
const CHANGES = ["ticket.conversation.changed", "ticket.requester.id.changed"];
const EDITORS = ["ticket.editor.insert", "ticket.comment.appendText"]; // The agent workspace's, and that before it.

/** Open the sidebar beside the ticket of a Zendesk client. */
async function open(client, sidebar) {
  const { settings } = await client.metadata();
  const { origin } = new URL(settings.xianzhi_url);
  const tell = async () => {
    const said = await client.get(TOLD).catch(() => ({}));
    sidebar.contentWindow.postMessage(describe(said), origin);
  };
  addEventListener("message", ({ source, origin: from, data }) => {
    if (source !== sidebar.contentWindow || from !== origin) return;
    if (data?.type === "xianzhi:ready") tell();
    if (data?.type === "xianzhi:insert") insert(client, data.text);
  });
  CHANGES.forEach((change) => client.on(change, tell));
  sidebar.src = `${origin}/sidebar`;
  client.invoke("resize", { width: "100%", height: LOWEST_HEIGHT });
}

/** Return what a ticket says as the sidebar's context. */
function describe(said) {
  const requester = said["ticket.requester"] ?? {};
  const phone = (requester.identities ?? []).find((one) => one?.type === "phone_number")?.value;
  const turns = (said["ticket.conversation"] ?? [])
    .map((one) => ({ role: one?.author?.role === "end-user" ? "customer" : "agent", text: readText(one?.message) }))
    .filter((turn) => turn.text);
  const last = turns.map((turn) => turn.role).lastIndexOf("customer");
  const user = said.currentUser ?? {};
  return {
    type: "xianzhi:context",
    customer: requester.externalId ? `customer id ${requester.externalId}` : (phone ?? ""),
    question: last < 0 ? readText({ content: said["ticket.description"], contentType: "text/html" }) : turns[last].text,
    turns: last < 0 ? [] : turns.slice(0, last),
    locale: user.locale ?? "",
    agent: user.id ? `zendesk-${user.id}` : "",
  };
}

/** Return a message as text: HTML is read by an inert document, in which nothing runs and nothing is fetched. */
function readText(message) {
  const content = typeof message?.content === "string" ? message.content : "";
  if (message?.contentType !== "text/html") return content.trim();
  return new DOMParser().parseFromString(content, "text/html").body.textContent.trim();
}

async function insert(client, text) {
  for (const editor of EDITORS) {
    try {
      return await client.invoke(editor, text);
    } catch {
      // The next one may be there.
    }
  }
}

open(window.ZAFClient.init(), document.getElementById("sidebar"));
