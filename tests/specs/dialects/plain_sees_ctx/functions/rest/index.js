export default async (...all) => `${all[1].function} ${all.length}`;
