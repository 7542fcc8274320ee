package org.accrual.consumers.participant;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.accrual.contract.Topics;
import org.accrual.intake.Message;

/**
 * What came, sorted. News is taken first: there is no order between topics, and what has been heard
 * need not be waited for.
 *
 * @param news events of studies and sites, in order per stream
 * @param requests in order per site
 */
public record Batch(List<Message> news, List<Request> requests) {

  /** Of what the intake admitted. */
  public static Batch of(List<Message> messages) {
    List<Message> news = new ArrayList<>();
    List<Request> requests = new ArrayList<>();
    for (Message message : messages) {
      if (Topics.EVENT_TOPICS.contains(message.stream().topic())) {
        news.add(message);
      } else {
        requests.add(Request.of(message));
      }
    }
    return new Batch(news, requests);
  }

  /** The sites of the requests and of the news of sites. */
  public Set<SiteKey> sites() {
    Set<SiteKey> sites = new LinkedHashSet<>();
    newsOfSites().forEach(message -> sites.add(SiteKey.of(message.body())));
    requests.forEach(request -> sites.add(request.site()));
    return sites;
  }

  /** The studies of the requests and of the news. */
  public Set<String> studies() {
    Set<String> studies = new LinkedHashSet<>();
    news.forEach(message -> studies.add(Fields.text(message.body(), "study_id")));
    requests.forEach(request -> studies.add(request.site().studyId()));
    return studies;
  }

  /** Those of them that something happened to. */
  public Set<String> studiesWithNews() {
    return newsOfStudies().stream()
        .map(message -> message.stream().key())
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /** The news that came by the studies' topic. */
  public List<Message> newsOfStudies() {
    return newsOf(Topics.STUDY_EVENTS);
  }

  /** The news that came by the sites' topic. */
  public List<Message> newsOfSites() {
    return newsOf(Topics.SITE_EVENTS);
  }

  /** The attempts of the requests. */
  public Set<Attempt> attempts() {
    return requests.stream().map(Request::attempt).collect(Collectors.toSet());
  }

  private List<Message> newsOf(String topic) {
    return news.stream().filter(message -> message.stream().topic().equals(topic)).toList();
  }
}
