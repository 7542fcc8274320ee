package org.accrual.consumers.participant;

import org.apache.avro.specific.SpecificRecord;

/** The fields that messages of many types share, by name. */
final class Fields {
  private Fields() {}

  static String text(SpecificRecord body, String name) {
    return get(body, name).toString();
  }

  static int number(SpecificRecord body, String name) {
    return (Integer) get(body, name);
  }

  private static Object get(SpecificRecord body, String name) {
    return body.get(body.getSchema().getField(name).pos());
  }
}
