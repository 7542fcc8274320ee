package org.accrual.intake;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.accrual.contract.EventSchemas;
import org.accrual.contract.Headers;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

/** Events as the relay writes them: wire format and headers. */
public final class EventEncoding {
  private EventEncoding() {}

  public static byte[] value(int schemaId, SpecificRecord event) {
    try {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      out.write(0);
      out.write(ByteBuffer.allocate(4).putInt(schemaId).array());
      BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
      new SpecificDatumWriter<SpecificRecord>(event.getSchema()).write(event, encoder);
      encoder.flush();
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * @param version {@link Message#UNSEQUENCED} for what carries none
   */
  public static List<Header> headers(IndexedRecord event, long version, Instant time) {
    List<Header> headers = new ArrayList<>();
    headers.add(header(Headers.ID, UUID.randomUUID().toString()));
    headers.add(header(Headers.TYPE, EventSchemas.typeOf(event.getSchema())));
    headers.add(header(Headers.SOURCE, "/accrual/test"));
    headers.add(header(Headers.TIME, time.toString()));
    headers.add(header(Headers.SPEC_VERSION, "1.0"));
    if (version != Message.UNSEQUENCED) {
      headers.add(header(Headers.SEQUENCE, Long.toString(version)));
    }
    headers.add(header(Headers.CORRELATION_ID, "conversation"));
    headers.add(header(Headers.CONTENT_TYPE, Headers.AVRO_CONTENT_TYPE));
    return headers;
  }

  public static Header header(String name, String value) {
    return new RecordHeader(name, value.getBytes(StandardCharsets.UTF_8));
  }
}
