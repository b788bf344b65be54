/** Tables in colour: blocks of rows, each cell a number on a shade that says how much. */
import { FAINT, INK, Sheet } from "./sheet.js";

export interface HeatCell {
  readonly text: string;
  /** -1..1: from lost (red) over nothing (paper) to gained (blue); NaN leaves the cell blank. */
  readonly shade: number;
  /** Set in bold: sure, not only seen. */
  readonly isSure?: boolean;
}

export interface HeatBlock {
  readonly title: string;
  readonly rows: readonly { readonly name: string; readonly cells: readonly HeatCell[] }[];
}

export interface HeatTableOptions {
  readonly title: string;
  readonly subtitle: string;
  /** Side by side, each with the same rows and columns. */
  readonly panels: readonly {
    readonly title: string;
    readonly columns: readonly string[];
    readonly blocks: readonly HeatBlock[];
  }[];
  /** Small print below. */
  readonly notes: readonly string[];
}

const [CELL_WIDTH, CELL_HEIGHT, NAME_WIDTH] = [74, 26, 130];
const [MARGIN, HEADER, PANEL_GAP, TITLE_HEIGHT, BLOCK_GAP] = [32, 84, 36, 44, 30];
const [GAINED, LOST] = [
  [51, 102, 204],
  [192, 57, 43],
] as const;
const PAPER_RGB = [251, 250, 247] as const;

/** Draw the panels side by side; names of rows stand at the left of the first. */
export function drawHeatTable({ title, subtitle, panels, notes }: HeatTableOptions): Sheet {
  const first = panels[0];
  const blockHeight = ({ rows }: HeatBlock) => BLOCK_GAP + rows.length * CELL_HEIGHT;
  const height = TITLE_HEIGHT + (first?.blocks ?? []).reduce((sum, block) => sum + blockHeight(block), 0);
  const panelWidth = (first?.columns.length ?? 0) * CELL_WIDTH;
  const width = 2 * MARGIN + NAME_WIDTH + panels.length * (panelWidth + PANEL_GAP) - PANEL_GAP;
  const sheet = new Sheet(Math.max(760, width), HEADER + height + 24 + notes.length * 16 + MARGIN);
  sheet.heading(title, subtitle, MARGIN);
  for (const [p, panel] of panels.entries()) {
    const x = MARGIN + NAME_WIDTH + p * (panelWidth + PANEL_GAP);
    sheet.text(panel.title, x, HEADER + 12, { size: 13, isBold: true });
    for (const [c, column] of panel.columns.entries()) {
      sheet.text(column, x + (c + 0.5) * CELL_WIDTH, HEADER + 36, { size: 11, color: FAINT, align: "center" });
    }
    let y = HEADER + TITLE_HEIGHT;
    for (const block of panel.blocks) {
      if (p === 0) sheet.text(block.title, MARGIN, y + 20, { size: 11, color: FAINT });
      y += BLOCK_GAP;
      for (const { name, cells } of block.rows) {
        if (p === 0) sheet.text(name, MARGIN, y + CELL_HEIGHT / 2 + 4, { size: 12 });
        for (const [c, cell] of cells.entries()) drawCell(sheet, cell, x + c * CELL_WIDTH, y);
        y += CELL_HEIGHT;
      }
    }
  }
  for (const [i, note] of notes.entries()) {
    sheet.text(note, MARGIN, HEADER + height + 24 + 16 * i, { size: 11, color: FAINT });
  }
  return sheet;
}

function drawCell(sheet: Sheet, { text, shade, isSure = false }: HeatCell, x: number, y: number): void {
  const { context } = sheet;
  const strength = Number.isFinite(shade) ? Math.min(1, Math.abs(shade)) : 0;
  const target = shade < 0 ? LOST : GAINED;
  const mixed = PAPER_RGB.map((paper, c) => Math.round(paper + (target[c]! - paper) * 0.85 * strength));
  context.fillStyle = `rgb(${mixed.join(", ")})`;
  context.fillRect(x + 1, y + 1, CELL_WIDTH - 2, CELL_HEIGHT - 2);
  const color = strength > 0.6 ? "#ffffff" : INK;
  sheet.text(text, x + CELL_WIDTH / 2, y + CELL_HEIGHT / 2 + 4, { size: 12, color, isBold: isSure, align: "center" });
}
