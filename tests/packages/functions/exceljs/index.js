// exceljs: a workbook with formulas and styles, written and read again.
const ExcelJS = require("exceljs");

module.exports = async () => {
  const book = new ExcelJS.Workbook();
  const sheet = book.addWorksheet("numbers");
  sheet.columns = [{ header: "Name", key: "name", width: 20 }, { header: "N", key: "n" }, { header: "At", key: "at" }];
  sheet.addRows([{ name: "ann", n: 1, at: new Date(0) }, { name: "bob", n: 2.5 }]);
  sheet.getCell("B4").value = { formula: "SUM(B2:B3)", result: 3.5 };
  sheet.getRow(1).font = { bold: true };
  const bytes = await book.xlsx.writeBuffer();
  const again = new ExcelJS.Workbook();
  await again.xlsx.load(bytes);
  const rows = [];
  again.getWorksheet("numbers").eachRow((row) => rows.push(row.values.slice(1)));
  return { magic: bytes.subarray(0, 2).toString(), rows, bold: again.getWorksheet("numbers").getCell("A1").font.bold, csv: String(await again.csv.writeBuffer()) };
};
