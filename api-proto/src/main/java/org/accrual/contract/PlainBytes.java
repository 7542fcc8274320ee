package org.accrual.contract;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;

/** A record as plain Avro, and so from one schema to another by Avro's rules. */
final class PlainBytes {
  private PlainBytes() {}

  static byte[] of(GenericRecord record) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try {
      BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
      new GenericDatumWriter<GenericRecord>(record.getSchema()).write(record, encoder);
      encoder.flush();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  static GenericRecord resolve(GenericRecord record, Schema to) {
    try {
      return new GenericDatumReader<GenericRecord>(record.getSchema(), to)
          .read(null, DecoderFactory.get().binaryDecoder(of(record), null));
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }
}
