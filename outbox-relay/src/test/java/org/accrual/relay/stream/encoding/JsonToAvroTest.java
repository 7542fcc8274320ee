package org.accrual.relay.stream.encoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.DecoderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonToAvroTest {
  static final Schema RESULT =
      new Schema.Parser()
          .parse(
              """
              {"type": "record", "name": "lab.Result", "fields": [
                {"name": "id", "type": "string"},
                {"name": "n", "type": "int", "default": 7},
                {"name": "long", "type": "long", "default": 0},
                {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}, "default": 0},
                {"name": "micros", "type": {"type": "long", "logicalType": "timestamp-micros"}, "default": 0},
                {"name": "nanos", "type": {"type": "long", "logicalType": "timestamp-nanos"}, "default": 0},
                {"name": "local", "type": {"type": "long", "logicalType": "local-timestamp-millis"}, "default": 0},
                {"name": "later", "type": {"type": "long", "logicalType": "timestamp-picos"}, "default": 0},
                {"name": "float", "type": "float", "default": 0},
                {"name": "double", "type": "double", "default": 0},
                {"name": "note", "type": ["null", "string"], "default": null},
                {"name": "value", "type": ["null", "long", "double", "string"], "default": null},
                {"name": "kind", "type": {"type": "enum", "name": "K", "symbols": ["A", "B"]}, "default": "A"},
                {"name": "raw", "type": "bytes", "default": ""},
                {"name": "tags", "type": {"type": "map", "values": "string"}, "default": {}},
                {"name": "parts", "type": {"type": "array", "items":
                  {"type": "record", "name": "Part", "fields": [{"name": "x", "type": "double"}]}}, "default": []}
              ]}\
              """);

  @Test
  void fieldsGoByNameAndMissingOnesTakeTheirDefaults() throws Exception {
    assertThat(roundTrip("{\"parts\":[{\"x\":1}],\"id\":\"ü\"}"))
        .isEqualTo(
            "{\"id\": \"ü\", \"n\": 7, \"long\": 0, \"at\": 0, \"micros\": 0, \"nanos\": 0,"
                + " \"local\": 0, \"later\": 0, \"float\": 0.0, \"double\": 0.0, \"note\": null,"
                + " \"value\": null, \"kind\": \"A\", \"raw\": \"\", \"tags\": {}, \"parts\": [{\"x\": 1.0}]}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'id':'1','note':null} | \"note\": null",
        "{'id':'1','note':'x'} | \"note\": \"x\"",
        "{'id':'1','note':{'string':'x'}} | \"note\": \"x\"",
        "{'id':'1','value':5} | \"value\": 5,",
        "{'id':'1','value':5.5} | \"value\": 5.5",
        "{'id':'1','value':'5'} | \"value\": \"5\"",
        "{'id':'1','at':1500} | \"at\": 1500",
        "{'id':'1','at':'1970-01-01T01:00:01.5+01:00'} | \"at\": 1500",
        "{'id':'1','at':'1969-12-31T23:59:59.9995Z'} | \"at\": -1,",
        "{'id':'1','micros':'2026-03-01T12:00:00.0000019Z'} | \"micros\": 1772366400000001,",
        "{'id':'1','micros':'1969-12-31T23:59:59.9999995Z'} | \"micros\": -1,",
        "{'id':'1','nanos':'2026-03-01T12:00:00Z'} | \"nanos\": 1772366400000000000,",
        "{'id':'1','nanos':'1969-12-31T23:59:59.999999999Z'} | \"nanos\": -1,",
        "{'id':'1','float':3.4028234e38} | \"float\": 3.4028235E38",
        "{'id':'1','double':1e308} | \"double\": 1.0E308",
        "{'id':'1','long':9223372036854775807} | \"long\": 9223372036854775807",
        "{'id':'1','kind':'B','tags':{'a':'b'}} | \"tags\": {\"a\": \"b\"}"
      })
  void valuesAreWrittenAsPeopleWriteThem(String json, String contained) throws Exception {
    assertThat(roundTrip(json.replace('\'', '"'))).contains(contained);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[] | the value",
        "{} | id: the field is missing",
        "{'id':'1','unheard':1} | unheard: there is no such field",
        "{'id':5} | id:",
        "{'id':null} | id:",
        "{'id':'1','n':2147483648} | n:",
        "{'id':'1','n':1.5} | n:",
        "{'id':'1','n':'1'} | n:",
        "{'id':'1','long':9223372036854775808} | long:",
        "{'id':'1','at':'soon'} | at: 'soon'",
        "{'id':'1','at':'+999999999-12-31T23:59:59Z'} | at: '+999999999-12-31T23:59:59Z'",
        "{'id':'1','nanos':'2300-01-01T00:00:00Z'} | nanos: '2300-01-01T00:00:00Z'",
        "{'id':'1','local':'2026-03-01T12:00:00Z'} | local:",
        "{'id':'1','later':'2026-03-01T12:00:00Z'} | later:",
        "{'id':'1','double':1e400} | double: the number is out of range",
        "{'id':'1','double':-1e400} | double: the number is out of range",
        "{'id':'1','float':3.5e38} | float: the number is out of range",
        "{'id':'1','float':350000000000000000000000000000000000000} | float: the number is out of",
        "{'id':'1','value':1e400} | value:",
        "{'id':'1','note':5} | note:",
        "{'id':'1','note':{'int':5}} | note:",
        "{'id':'1','kind':'C'} | kind:",
        "{'id':'1','raw':'€'} | raw:",
        "{'id':'1','tags':{'a':1}} | tags.a:",
        "{'id':'1','parts':[{'x':1},{'x':'1'}]} | parts[1].x:",
        "{'id':'1','parts':{}} | parts:"
      })
  void whatDoesNotFitIsNamedByItsPlace(String json, String message) {
    assertThatThrownBy(() -> roundTrip(json.replace('\'', '"')))
        .isInstanceOf(JsonToAvro.Misfit.class)
        .hasMessageContaining(message);
  }

  private static String roundTrip(String json) throws Exception {
    byte[] bytes = JsonToAvro.encode(new ObjectMapper().readTree(json), RESULT);
    return new GenericDatumReader<>(RESULT)
        .read(null, DecoderFactory.get().binaryDecoder(bytes, null))
        .toString();
  }
}
