package org.accrual.systemtests;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;

/** How somebody works the console. */
enum Hand {
  MOUSE {
    @Override
    void press(Locator control) {
      control.click();
    }

    @Override
    void type(Locator field, String text) {
      field.click();
      field.fill(text);
    }
  },

  KEYBOARD {
    @Override
    void press(Locator control) {
      reach(control);
      boolean box = "checkbox".equals(control.getAttribute("type"));
      control.page().keyboard().press(box ? "Space" : "Enter");
    }

    @Override
    void type(Locator field, String text) {
      reach(field);
      field.page().keyboard().press("ControlOrMeta+A");
      field.page().keyboard().type(text);
    }
  };

  private static final int MOST_TABS = 250;

  abstract void press(Locator control);

  abstract void type(Locator field, String text);

  /** By Tab alone, as often as it takes. */
  private static void reach(Locator control) {
    control.waitFor();
    Page page = control.page();
    for (int tab = 0; tab < MOST_TABS; tab++) {
      if ((boolean) control.evaluate("each => each === document.activeElement")) {
        return;
      }
      page.keyboard().press("Tab");
    }
    throw new AssertionError("Tab does not lead to " + control);
  }
}
