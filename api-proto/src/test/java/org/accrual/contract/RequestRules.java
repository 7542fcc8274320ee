package org.accrual.contract;

import build.buf.validate.ValidateProto;
import com.google.api.FieldBehaviorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.ExtensionRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** Reads Accrual's messages with the rules in their protos. */
final class RequestRules {
  private final Map<String, FileDescriptor> files = new LinkedHashMap<>();
  private final Set<Descriptor> inputs = new LinkedHashSet<>();

  private RequestRules() {}

  /** Returns every message that a client may send. */
  static Set<Descriptor> inputs() throws IOException, DescriptorValidationException {
    RequestRules found = read();
    for (FileDescriptor file : found.files.values()) {
      if (file.getPackage().startsWith("accrual.")) {
        file.getServices().stream()
            .flatMap(service -> service.getMethods().stream())
            .forEach(method -> found.reach(method.getInputType()));
      }
    }
    return found.inputs;
  }

  /** Returns every resource: a message with an etag that no client sends. */
  static Set<Descriptor> resources() throws IOException, DescriptorValidationException {
    Set<Descriptor> resources = new LinkedHashSet<>();
    Set<String> inputs = new HashSet<>();
    inputs().forEach(message -> inputs.add(message.getFullName()));
    for (FileDescriptor file : read().files.values()) {
      file.getMessageTypes().stream()
          .filter(message -> message.findFieldByName("etag") != null)
          .filter(message -> !inputs.contains(message.getFullName()))
          .filter(message -> file.getPackage().startsWith("accrual."))
          .forEach(resources::add);
    }
    return resources;
  }

  private static RequestRules read() throws IOException, DescriptorValidationException {
    ExtensionRegistry rules = ExtensionRegistry.newInstance();
    ValidateProto.registerAllExtensions(rules);
    FieldBehaviorProto.registerAllExtensions(rules);
    FileDescriptorSet image = FileDescriptorSet.parseFrom(Files.readAllBytes(Buf.IMAGE), rules);
    RequestRules found = new RequestRules();
    // protoc writes a file after those that it imports.
    for (FileDescriptorProto file : image.getFileList()) {
      found.add(file);
    }
    return found;
  }

  private void add(FileDescriptorProto file) throws DescriptorValidationException {
    FileDescriptor[] imports =
        file.getDependencyList().stream().map(files::get).toArray(FileDescriptor[]::new);
    files.put(file.getName(), FileDescriptor.buildFrom(file, imports));
  }

  private void reach(Descriptor message) {
    if (message.getFile().getPackage().startsWith("accrual.") && inputs.add(message)) {
      for (FieldDescriptor field : message.getFields()) {
        if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE && !field.isMapField()) {
          reach(field.getMessageType());
        }
      }
    }
  }
}
