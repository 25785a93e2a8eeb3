// A mail server: takes a message after AUTH LOGIN or PLAIN, and tells its parts in the reply, since there is no mailbox to look into.
import net from "node:net";

function talk(socket) {
  let data = null;
  let rest = "";
  let to = [];
  const say = (line) => socket.write(`${line}\r\n`);
  const ends = () => {
    const [head, ...body] = data.join("\r\n").split("\r\n\r\n");
    const subject = /^Subject: (.*)$/m.exec(head)?.[1].trim();
    say(`250 queued for ${to.join(" ")}: subject ${subject}, body of ${body.join("\r\n\r\n").length} characters`);
    data = null;
  };
  const take = (line) => {
    if (data !== null) return line === "." ? ends() : data.push(line);
    const verb = line.slice(0, 4).toUpperCase();
    if (verb === "EHLO") return say("250-stand-in\r\n250-AUTH PLAIN LOGIN\r\n250 SIZE 1000000");
    if (verb === "AUTH") return say(line.endsWith(Buffer.from("\0skep\0secret").toString("base64")) ? "235 welcome" : "535 wrong password");
    if (verb === "RCPT") {
      if (line.includes("nobody@")) return say("550 no such user");
      to.push(/<(.*)>/.exec(line)[1]);
    }
    if (verb === "DATA") {
      data = [];
      return say("354 go on");
    }
    if (verb === "QUIT") return socket.end("221 bye\r\n");
    if (verb === "MAIL") to = [];
    return say("250 fine");
  };
  socket.on("error", () => {});
  socket.on("data", (bytes) => {
    const lines = (rest + bytes).split("\r\n");
    rest = lines.pop();
    lines.forEach(take);
  });
  say("220 stand-in ESMTP");
}

export const smtp = () => ({ server: net.createServer(talk), scheme: "smtp" });
