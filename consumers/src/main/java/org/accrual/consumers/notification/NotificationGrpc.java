package org.accrual.consumers.notification;

import com.google.rpc.Code;
import io.grpc.BindableService;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.StreamObserver;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.accrual.api.notification.v1.EraseContactRequest;
import org.accrual.api.notification.v1.EraseContactResponse;
import org.accrual.api.notification.v1.GetNotificationRequest;
import org.accrual.api.notification.v1.GetNotificationResponse;
import org.accrual.api.notification.v1.ListNotificationsRequest;
import org.accrual.api.notification.v1.ListNotificationsResponse;
import org.accrual.api.notification.v1.Notification;
import org.accrual.api.notification.v1.NotificationServiceGrpc;
import org.accrual.api.notification.v1.NotificationState;
import org.accrual.api.notification.v1.ResolveNotificationRequest;
import org.accrual.api.notification.v1.ResolveNotificationResponse;
import org.accrual.api.notification.v1.SetContactRequest;
import org.accrual.api.notification.v1.SetContactResponse;
import org.accrual.consumers.ConsumersSettings;
import org.accrual.consumers.database.QueryPool;
import org.accrual.consumers.notification.NotificationFilter.Place;
import org.accrual.consumers.query.ConsistencyWait;
import org.accrual.consumers.query.DatabaseErrors;
import org.accrual.runtime.Correlation;
import org.accrual.runtime.grpc.Errors;
import org.accrual.runtime.grpc.PageRequest;
import org.jspecify.annotations.Nullable;

/** NotificationService: contacts, and what became of messages. */
@ApplicationScoped
class NotificationGrpc implements NotificationServiceGrpc.AsyncService, BindableService {
  private final Optional<NotificationSettings> settings;
  private final ConsistencyWait consistency;
  private final NotificationProgress progress;
  private final ContactTable contacts;
  private final Decisions decisions;
  private final NotificationSender sender;
  private final DataSource database;

  @Inject
  NotificationGrpc(
      ConsumersSettings settings,
      ConsistencyWait consistency,
      NotificationProgress progress,
      ContactTable contacts,
      Decisions decisions,
      NotificationSender sender,
      @QueryPool DataSource database) {
    this.settings = settings.notification();
    this.consistency = consistency;
    this.progress = progress;
    this.contacts = contacts;
    this.decisions = decisions;
    this.sender = sender;
    this.database = database;
  }

  @Override
  public ServerServiceDefinition bindService() {
    return NotificationServiceGrpc.bindService(this);
  }

  @Override
  public void setContact(SetContactRequest request, StreamObserver<SetContactResponse> answer) {
    ContactCipher cipher = settings.orElseThrow(NotificationGrpc::notEnabled).contacts();
    if (request.getEmail().isEmpty() && request.getPhone().isEmpty()) {
      throw Errors.invalid("email", "set email or phone; EraseContact deletes a contact");
    }
    Patient patient = new Patient(request.getStudyId(), request.getPatientId());
    try {
      contacts.set(
          patient,
          encrypted(cipher, request.getEmail(), patient, Channel.EMAIL),
          encrypted(cipher, request.getPhone(), patient, Channel.TEXT),
          actor());
    } catch (SQLException failure) {
      throw DatabaseErrors.of(failure);
    }
    answer.onNext(SetContactResponse.getDefaultInstance());
    answer.onCompleted();
  }

  @Override
  public void eraseContact(
      EraseContactRequest request, StreamObserver<EraseContactResponse> responseObserver) {
    try {
      contacts.erase(new Patient(request.getStudyId(), request.getPatientId()), actor());
    } catch (SQLException e) {
      throw DatabaseErrors.of(e);
    }
    responseObserver.onNext(EraseContactResponse.getDefaultInstance());
    responseObserver.onCompleted();
  }

  private static String actor() {
    return Correlation.current().map(Correlation::actor).orElse("");
  }

  @Override
  public void listNotifications(
      ListNotificationsRequest request, StreamObserver<ListNotificationsResponse> answer) {
    NotificationFilter filter = NotificationFilter.of(request);
    PageRequest asked = PageRequest.of(request);
    Optional<Place> after = asked.after(Place.PARTS, Place::of);
    consistency.until(request.getMinConsistencyToken(), progress);
    int size = asked.size();
    List<Notification> found;
    try (Connection connection = database.getConnection()) {
      // One more than asked for tells whether there is a next page.
      found = NotificationReader.list(connection, filter, after, size + 1);
    } catch (SQLException failure) {
      throw DatabaseErrors.of(failure);
    }
    List<Notification> page = found.subList(0, Math.min(size, found.size()));
    ListNotificationsResponse.Builder response =
        ListNotificationsResponse.newBuilder().addAllNotifications(page);
    if (found.size() > size) {
      Notification last = page.getLast();
      response.setNextPageToken(
          asked.tokenAfter(
              last.getState() == NotificationState.NOTIFICATION_STATE_IN_DOUBT,
              last.getNotificationId()));
    }
    answer.onNext(response.build());
    answer.onCompleted();
  }

  @Override
  public void getNotification(
      GetNotificationRequest request, StreamObserver<GetNotificationResponse> answer) {
    Notification notification = find(request.getNotificationId());
    List<String> caught =
        settings
            .flatMap(NotificationSettings::caughtMails)
            .map(folder -> CaughtMails.read(folder, notification.getMessageId()))
            .orElse(List.of());
    answer.onNext(
        GetNotificationResponse.newBuilder()
            .setNotification(notification)
            .addAllCaughtMails(caught)
            .build());
    answer.onCompleted();
  }

  @Override
  public void resolveNotification(
      ResolveNotificationRequest request, StreamObserver<ResolveNotificationResponse> answer) {
    String id = request.getNotificationId();
    Optional<Notification> after;
    try {
      after =
          decisions.take(
              UUID.fromString(id),
              request.getResolution(),
              request.getResolvedBy(),
              request.getReason());
    } catch (SQLException failure) {
      throw DatabaseErrors.of(failure);
    }
    sender.wake();
    answer.onNext(
        ResolveNotificationResponse.newBuilder()
            .setNotification(after.orElseThrow(() -> notOpen(find(id))))
            .build());
    answer.onCompleted();
  }

  private Notification find(String notificationId) {
    try (Connection connection = database.getConnection()) {
      return NotificationReader.find(connection, UUID.fromString(notificationId))
          .orElseThrow(
              () ->
                  Errors.of(
                      Code.NOT_FOUND,
                      "NOTIFICATION_NOT_FOUND",
                      "there is no notification " + notificationId,
                      Map.of("notification_id", notificationId)));
    } catch (SQLException failure) {
      throw DatabaseErrors.of(failure);
    }
  }

  private static byte @Nullable [] encrypted(
      ContactCipher cipher, String address, Patient patient, Channel channel) {
    return address.isEmpty() ? null : cipher.encrypt(address, patient, channel);
  }

  private static RuntimeException notOpen(Notification notification) {
    return Errors.of(
        Code.FAILED_PRECONDITION,
        "NOTIFICATION_NOT_OPEN",
        "nothing can be decided about a notification that is "
            + NotificationStates.inSql(notification.getState()),
        Map.of("state", NotificationStates.inSql(notification.getState())));
  }

  private static RuntimeException notEnabled() {
    return Errors.of(
        Code.FAILED_PRECONDITION,
        "NOTIFICATION_NOT_ENABLED",
        "the consumer notification does not run here, which has the key of contacts: ask where it"
            + " does",
        Map.of());
  }
}
