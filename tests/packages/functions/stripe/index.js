// stripe: a customer, a list that is read on, a declined card, the signature of a webhook.
const Stripe = require("stripe");

const { hostname: host, port } = new URL(process.env.STRIPE_URL);
const stripe = new Stripe("sk_test_x", { host, port, protocol: "http", maxNetworkRetries: 0, telemetry: false });

module.exports = async () => {
  const payload = JSON.stringify({ id: "evt_1", object: "event", type: "charge.succeeded" });
  const timestamp = Math.floor(Date.now() / 1000);
  const signature = stripe.webhooks.generateTestHeaderString({ payload, secret: "whsec_x", timestamp });
  const listed = [];
  for await (const { id } of stripe.customers.list({ limit: 2 })) listed.push(id);
  const { email, metadata } = await stripe.customers.create({ email: "a@example.org", metadata: { plan: "big" } });
  let forged;
  try { stripe.webhooks.constructEvent(payload, signature, "whsec_y"); } catch (error) { forged = error.type; }
  return {
    created: { email, metadata },
    listed,
    declined: await stripe.charges.create({ amount: 1, currency: "eur" }).catch(({ type, code, statusCode }) => ({ type, code, statusCode })),
    event: stripe.webhooks.constructEvent(payload, signature, "whsec_x").type,
    forged,
  };
};
