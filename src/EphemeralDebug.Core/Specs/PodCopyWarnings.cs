using System.Text.Json.Nodes;

namespace EphemeralDebug.Core.Specs;

/// <summary>What a copy would do that surprises its maker.</summary>
internal static class PodCopyWarnings
{
    // Marks of a program that takes work from others or elects a leader, in its command or in the names of its environment.
    private static readonly string[] s_signsOfWork =
        ["leader-elect", "leader_elect", "kafka", "amqp", "rabbitmq", "rabbit_", "consumer", "queue", "pubsub", "nats_", "sqs_", "celery", "sidekiq"];

    internal static IEnumerable<string> Of(JsonObject pod, CopySource source, PodCopyOptions options, string? container, string? frozen, PodSurroundings surroundings) =>
    [
        .. Labels(pod, source, options, surroundings.Services),
        .. Volumes(pod, source, options, surroundings.Claims),
        .. Probes(pod, container, frozen),
        .. Work(pod, source),
        .. Elsewhere(pod, source, options),
    ];

    private static IEnumerable<string> Labels(JsonObject pod, CopySource source, PodCopyOptions options, IReadOnlyList<JsonObject> services)
    {
        if (pod.Object("metadata").Object("labels") is not { } labels)
            yield break;
        string? ns = pod.Object("metadata").String("namespace");
        foreach (JsonObject service in services.Where(service => Selects(service.Object("spec").Object("selector"), labels)
            && service.Object("metadata").String("namespace") is var of && (of is null || ns is null || of == ns)))
            yield return PlainText.Clean($"The Service '{service.Object("metadata").String("name")}' will send traffic to the copy, because it keeps its labels.");
        if (PodCopyBelongings.LeavesNamespace(source, options))
            yield break;
        foreach (JsonObject owner in source.Pod.Object("metadata").Objects("ownerReferences").Where(owner => owner.Bool("controller") == true))
            yield return PlainText.Clean($"The copy keeps its labels, so the {owner.String("kind")} '{owner.String("name")}' may take it for one of its own pods, and delete it or another one.");
    }

    private static bool Selects(JsonObject? selector, JsonObject labels) =>
        selector is { Count: > 0 } && selector.All(entry => labels.String(entry.Key) is { } value && value == entry.Value.AsString());

    private static IEnumerable<string> Volumes(JsonObject pod, CopySource source, PodCopyOptions options, IReadOnlyList<JsonObject> claims)
    {
        string[] used = PodView.Names(pod.Object("spec").Objects("volumes").Select(volume => volume.Object("persistentVolumeClaim")).OfType<JsonObject>(), "claimName").ToArray();
        bool isBeside = source.Kind == "Pod" && !options.Replace;
        string? here = source.Pod.Object("spec").String("nodeName"), there = pod.Object("spec").String("nodeName");
        foreach (JsonObject claim in claims.Where(claim => used.Contains(claim.Object("metadata").String("name"))))
        {
            string name = PlainText.Clean(claim.Object("metadata").String("name"));
            string[] modes = claim.Object("spec").Strings("accessModes").ToArray();
            if (modes.Contains("ReadWriteOncePod") && isBeside)
                yield return $"The volume claim '{name}' is for one pod only (ReadWriteOncePod): the copy waits until the source is gone.";
            else if (modes.Contains("ReadWriteOnce") && !modes.Contains("ReadWriteMany") && isBeside && (there is null || there != here))
                yield return $"The volume claim '{name}' is for one node at a time (ReadWriteOnce): on another node than the source's the copy does not start. Use -SameNode.";
        }
    }

    private static IEnumerable<string> Probes(JsonObject pod, string? container, string? frozen)
    {
        foreach (JsonObject one in pod.Object("spec").Objects("containers").Where(one => one.String("name") is { } name && (name == container || name == frozen)))
            if (one.ContainsKey("livenessProbe") || one.ContainsKey("startupProbe"))
                yield return PlainText.Clean($"Container '{one.String("name")}' keeps its liveness or startup probe, and is restarted where what runs in it now does not answer.");
    }

    private static IEnumerable<string> Work(JsonObject pod, CopySource source)
    {
        foreach (JsonObject one in pod.Object("spec").Objects("containers"))
        {
            JsonObject? before = source.Pod.Object("spec").Objects("containers").FirstOrDefault(other => other.String("name") == one.String("name"));
            bool runsAsBefore = before is not null && JsonNode.DeepEquals(before["command"], one["command"]) && JsonNode.DeepEquals(before["args"], one["args"]);
            if (!runsAsBefore)
                continue;
            IEnumerable<string> words = one.Strings("command").Concat(one.Strings("args")).Concat(PodView.Names(one.Objects("env")));
            if (words.Any(word => s_signsOfWork.Any(sign => word.Contains(sign, StringComparison.OrdinalIgnoreCase))))
                yield return PlainText.Clean($"Container '{one.String("name")}' runs in the copy as it does in the source, and seems to take work from a queue or to elect a leader: the copy will take part in it. Keep it from that with: -Freeze");
        }
    }

    private static IEnumerable<string> Elsewhere(JsonObject pod, CopySource source, PodCopyOptions options)
    {
        if (!PodCopyBelongings.LeavesNamespace(source, options))
            yield break;
        string[] needed = References.Of(pod.Object("spec")!).Distinct().ToArray();
        if (needed.Length > 0)
            yield return PlainText.Clean($"The copy needs in the namespace '{options.ToNamespace}': {string.Join(", ", needed)}.");
    }
}
