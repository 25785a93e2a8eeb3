// pdf-lib: a document with text, a form and two pages, read again.
const { PDFDocument, StandardFonts, rgb } = require("pdf-lib");

module.exports = async () => {
  const document = await PDFDocument.create();
  document.setCreationDate(new Date(0));
  document.setModificationDate(new Date(0));
  document.setTitle("title");
  const page = document.addPage([200, 100]);
  const font = await document.embedFont(StandardFonts.Helvetica);
  page.drawText("hello", { x: 10, y: 50, font, color: rgb(1, 0, 0) });
  document.addPage();
  const field = document.getForm().createTextField("name");
  field.setText("ann");
  field.addToPage(page, { x: 10, y: 10 });
  const bytes = await document.save();
  const again = await PDFDocument.load(bytes);
  return { head: Buffer.from(bytes.slice(0, 8)).toString(), pages: again.getPageCount(), title: again.getTitle(), field: again.getForm().getTextField("name").getText(), width: font.widthOfTextAtSize("hello", 12) };
};
