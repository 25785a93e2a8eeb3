import data from "./data.json" with { type: "json" };
import shared from "../_shared/settings.json" with { type: "json" };

export default () => ({ ...data, ...shared });
