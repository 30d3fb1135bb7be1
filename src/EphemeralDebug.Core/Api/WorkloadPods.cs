namespace EphemeralDebug.Core.Api;

/// <summary>How to find the pods of a workload; goes into <see cref="PodQuery"/> with both properties.</summary>
/// <param name="Kind">The workload's kind: <c>Deployment</c>, <c>CronJob</c>, ...</param>
/// <param name="Name">The workload's name.</param>
/// <param name="LabelSelector">Selects the pods; null where the owner alone tells.</param>
/// <param name="OwnerUids">
/// The uids of the pods' controllers: a selector alone would also catch strangers that carry the same labels. Null where
/// the selector decides (Deployment, Service), empty where there can be no pod (a CronJob without jobs).
/// </param>
public sealed record WorkloadPods(string Kind, string Name, string? LabelSelector, IReadOnlyList<string>? OwnerUids);
