// nodemailer: a message with an attachment over a pool, a recipient that is refused, a wrong password.
const nodemailer = require("nodemailer");

const { hostname: host, port } = new URL(process.env.SMTP_URL);
const transport = nodemailer.createTransport({ host, port, pool: true, auth: { user: "skep", pass: "secret" } });

module.exports = async () => {
  const message = { from: "a@example.org", to: ["b@example.org", "c@example.org"], subject: "Grüße", text: "hello", messageId: "<1@example.org>", date: new Date(0), attachments: [{ filename: "a.txt", content: "contents" }] };
  const plain = { ...message, subject: "plain", attachments: undefined };
  const sent = await transport.sendMail(plain);
  const attached = await transport.sendMail(message);
  const wrong = nodemailer.createTransport({ host, port, auth: { user: "skep", pass: "wrong" } });
  return {
    verified: await transport.verify(),
    sent: [sent.response, sent.accepted, sent.envelope],
    attached: attached.response.replace(/body of \d+/, "body"),
    refused: await transport.sendMail({ ...plain, to: "nobody@example.org" }).catch(({ code, responseCode, command }) => ({ code, responseCode, command })),
    wrong: await wrong.verify().catch(({ code, responseCode }) => ({ code, responseCode })),
  };
};
