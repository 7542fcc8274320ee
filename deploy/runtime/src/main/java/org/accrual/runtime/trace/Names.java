package org.accrual.runtime.trace;

import io.opentelemetry.api.common.AttributeKey;

/** Names of OpenTelemetry's semantic conventions, as far as we use them. */
public final class Names {
  public static final AttributeKey<String> RPC_SYSTEM = AttributeKey.stringKey("rpc.system");
  public static final AttributeKey<String> RPC_SERVICE = AttributeKey.stringKey("rpc.service");
  public static final AttributeKey<String> RPC_METHOD = AttributeKey.stringKey("rpc.method");
  public static final AttributeKey<Long> RPC_STATUS = AttributeKey.longKey("rpc.grpc.status_code");
  public static final AttributeKey<String> DB_SYSTEM = AttributeKey.stringKey("db.system.name");
  public static final AttributeKey<String> DB_OPERATION =
      AttributeKey.stringKey("db.operation.name");
  public static final AttributeKey<String> MESSAGING_SYSTEM =
      AttributeKey.stringKey("messaging.system");
  public static final AttributeKey<String> MESSAGING_OPERATION =
      AttributeKey.stringKey("messaging.operation.type");
  public static final AttributeKey<String> MESSAGING_OPERATION_NAME =
      AttributeKey.stringKey("messaging.operation.name");
  public static final AttributeKey<String> MESSAGING_TOPIC =
      AttributeKey.stringKey("messaging.destination.name");
  public static final AttributeKey<String> MESSAGING_PARTITION =
      AttributeKey.stringKey("messaging.destination.partition.id");
  public static final AttributeKey<Long> MESSAGING_OFFSET =
      AttributeKey.longKey("messaging.kafka.offset");
  public static final AttributeKey<String> MESSAGING_KEY =
      AttributeKey.stringKey("messaging.kafka.message.key");
  public static final AttributeKey<String> MESSAGING_ID =
      AttributeKey.stringKey("messaging.message.id");
  public static final AttributeKey<String> MESSAGING_GROUP =
      AttributeKey.stringKey("messaging.consumer.group.name");
  public static final AttributeKey<Long> MESSAGING_BATCH =
      AttributeKey.longKey("messaging.batch.message_count");
  public static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");

  /** Ours: the conversation, which outlives a trace. */
  public static final AttributeKey<String> CORRELATION =
      AttributeKey.stringKey("accrual.correlation_id");

  /** Ours: the type of a message. */
  public static final AttributeKey<String> TYPE = AttributeKey.stringKey("accrual.message.type");

  /** Ours: what a consumer did with a message. */
  public static final AttributeKey<String> OUTCOME = AttributeKey.stringKey("accrual.outcome");

  private Names() {}
}
