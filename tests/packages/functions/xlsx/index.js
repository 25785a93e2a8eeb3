// xlsx: sheets from arrays and JSON, written and read again.
const XLSX = require("xlsx");

module.exports = () => {
  const book = XLSX.utils.book_new();
  XLSX.utils.book_append_sheet(book, XLSX.utils.aoa_to_sheet([["a", "b"], [1, new Date(0)], [2, null]], { UTC: true }), "arrays");
  XLSX.utils.book_append_sheet(book, XLSX.utils.json_to_sheet([{ x: 1, y: "z" }]), "objects");
  const again = XLSX.read(XLSX.write(book, { type: "buffer", bookType: "xlsx" }), { type: "buffer" });
  return { names: again.SheetNames, arrays: XLSX.utils.sheet_to_json(again.Sheets.arrays, { header: 1 }), csv: XLSX.utils.sheet_to_csv(again.Sheets.objects) };
};
