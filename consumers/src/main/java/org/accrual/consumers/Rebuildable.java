package org.accrual.consumers;

import org.accrual.intake.Effects;

/**
 * A consumer that does nothing but fill the tables of its schema, so that another version of them
 * can be filled beside. A consumer that reaches out of its schema, by mail or message, is none: by
 * its type no rebuild can make it do so again.
 */
public interface Rebuildable {
  /**
   * The same effects on the tables of another schema.
   *
   * @param schema a version of the consumer's own
   */
  Effects into(String schema);
}
