using EphemeralDebug.Core.Diagnosis;
using EphemeralDebug.Core.Specs;

namespace EphemeralDebug.Core;

/// <summary>
/// Every failure that Core reports is born here, one method a cause: what happened (with the server's own words where it
/// spoke), and what to do next. One look lists every ErrorId.
/// </summary>
internal static class Failure
{
    // Reaching a cluster
    internal static DebugException KubeConfigNotFound(string path) => new(nameof(KubeConfigNotFound), FailureKind.ObjectNotFound,
        $"The kubeconfig file '{path}' does not exist.",
        "Give an existing file with -KubeConfig, or set the environment variable KUBECONFIG.", path);

    // What is asked for
    internal static DebugException InvalidContainerName(string name) => new(nameof(InvalidContainerName), FailureKind.InvalidArgument,
        $"'{PlainText.Clean(name)}' is not a valid container name: {NameRules.LabelRule}.",
        "Give -Name a name like 'debugger-1', or leave it out to have one drawn.", name);

    internal static DebugException InvalidPodName(string name) => new(nameof(InvalidPodName), FailureKind.InvalidArgument,
        $"'{PlainText.Clean(name)}' is not a valid pod name: {NameRules.SubdomainRule}.",
        "See the names with: Get-Pod", name);

    internal static DebugException InvalidNamespaceName(string name) => new(nameof(InvalidNamespaceName), FailureKind.InvalidArgument,
        $"'{PlainText.Clean(name)}' is not a valid namespace name: {NameRules.LabelRule}.",
        "Give -Namespace a name like 'default'.", name);

    internal static DebugException InvalidImageReference(string image) => new(nameof(InvalidImageReference), FailureKind.InvalidArgument,
        $"invalid image name \"{PlainText.Clean(image)}\": invalid reference format.",
        "Write the image as [HOST[:PORT]/]NAME[:TAG][@sha256:DIGEST] in lower case, for example: -Image busybox:1.36", image);

    internal static DebugException InvalidImagePullPolicy(string policy) => new(nameof(InvalidImagePullPolicy), FailureKind.InvalidArgument,
        $"invalid image pull policy: {PlainText.Clean(policy)}.",
        "Use Always, IfNotPresent or Never, for example: -ImagePullPolicy IfNotPresent", policy);

    internal static DebugException InvalidEnvironmentName(string name) => new(nameof(InvalidEnvironmentName), FailureKind.InvalidArgument,
        $"'{PlainText.Clean(name)}' is not a valid name of an environment variable: it must not be empty, and consist of printable ASCII characters other than '='.",
        "Give -Env names like: -Env @{ LEVEL = 'debug' }", name);

    internal static DebugException TtyNeedsStdin() => new(nameof(TtyNeedsStdin), FailureKind.InvalidArgument,
        "A terminal (tty) needs standard input: -Stdin is required for containers with -Tty.",
        "Add -Stdin, or leave out -Tty.");

    internal static DebugException StdinOnceNeedsStdin() => new(nameof(StdinOnceNeedsStdin), FailureKind.InvalidArgument,
        "-StdinOnce closes standard input after the first client, and standard input is not open: -Stdin is required.",
        "Add -Stdin, or leave out -StdinOnce.");

    internal static DebugException TargetAndNoTarget() => new(nameof(TargetAndNoTarget), FailureKind.InvalidArgument,
        "-Target and -NoTarget exclude each other.",
        "Give -Target CONTAINER to see its processes, or -NoTarget to see none.");

    internal static DebugException InvalidUserOrGroup(string parameter, long value) => new(nameof(InvalidUserOrGroup), FailureKind.InvalidArgument,
        $"-{parameter} {value} is out of range: it must be between 0 and 2147483647.",
        $"Give a numeric id, for example: -{parameter} 1000", value);

    internal static DebugException CustomProfileFieldNotModifiable(IEnumerable<string> fields) => new(nameof(CustomProfileFieldNotModifiable), FailureKind.InvalidArgument,
        $"name, command, image, lifecycle and volume devices are not modifiable via custom profile; it sets: {string.Join(", ", fields)}.",
        "Take these fields out of the custom profile; use -Name, -Image and -Command, or -Spec for a whole container.");

    internal static DebugException ContainerFieldForbidden(string source, IReadOnlyList<string> problems) => new(nameof(ContainerFieldForbidden), FailureKind.InvalidArgument,
        $"The {source} has fields that the server does not accept in an ephemeral container. {string.Join("; ", problems)}.",
        $"Remove these fields from the {source}.");

    internal static DebugException ContainerFieldUnknown(string source, IReadOnlyList<string> problems) => new(nameof(ContainerFieldUnknown), FailureKind.InvalidArgument,
        $"The {source} has fields that a container does not have. {string.Join("; ", problems)}.",
        "Correct the spelling or remove the fields. See them with: kubectl explain pod.spec.ephemeralContainers");

    internal static DebugException ContainerFieldInvalid(string source, IReadOnlyList<string> problems) => new(nameof(ContainerFieldInvalid), FailureKind.InvalidArgument,
        $"The {source} does not contain a valid container spec. {string.Join("; ", problems)}.",
        "Correct the fields. See their types with: kubectl explain pod.spec.ephemeralContainers");

    internal static DebugException TargetNotFound(string pod, string target, IEnumerable<string> choices) => new(nameof(TargetNotFound), FailureKind.ObjectNotFound,
        $"Pod '{pod}' has no container '{PlainText.Clean(target)}' whose processes could be shared; it has: {PlainText.Clean(string.Join(", ", choices))}.",
        "Give -Target one of these names, or -NoTarget.", pod);

    internal static DebugException VolumeNotFound(string pod, IEnumerable<string> volumes, IEnumerable<string> choices) => new(nameof(VolumeNotFound), FailureKind.ObjectNotFound,
        $"Pod '{pod}' has no volume '{PlainText.Clean(string.Join("', '", volumes))}', and an ephemeral container can mount the pod's own volumes only: {PlainText.Clean(string.Join(", ", choices.DefaultIfEmpty("it has none")))}.",
        "Take the volume mount out, or name one of the pod's volumes.", pod);

    internal static DebugException ContainerNameTaken(string pod, string name, string kind) => new(nameof(ContainerNameTaken), FailureKind.ResourceExists,
        $"Pod '{pod}' already has {kind} named '{PlainText.Clean(name)}', and ephemeral containers can be neither changed nor removed.",
        "Choose another name with -Name, or leave it out to have a free one drawn.", pod);

    internal static DebugException StaticPod(string pod) => new(nameof(StaticPod), FailureKind.InvalidOperation,
        $"Pod '{pod}' is a static pod, run by the kubelet from a file of its node: static pods do not support ephemeral containers.",
        "Look at its output instead: kubectl logs, or debug the node that it runs on.", pod);

    internal static DebugException PodFinished(string pod, string phase) => new(nameof(PodFinished), FailureKind.InvalidOperation,
        $"Pod '{pod}' has finished ({PlainText.Clean(phase)}): the server would take an ephemeral container, and the kubelet would never start it.",
        "Choose a pod that runs; see which do with: Get-Pod -Field status.phase=Running", pod);

    internal static DebugException PodBeingDeleted(string pod) => new(nameof(PodBeingDeleted), FailureKind.InvalidOperation,
        $"Pod '{pod}' is being deleted: a container added now would not live.",
        "Choose another pod of the same workload; see them with: Get-Pod", pod);

    // Starting a container
    private const string StaysForPull = "The container stays in the pod, and starts by itself if a later pull succeeds; see it with: Get-EphemeralContainer";

    internal static DebugException ImageNotFound(StartObservation seen, string? message) => CannotStart(nameof(ImageNotFound), FailureKind.ObjectNotFound, seen,
        $"the registry has no image {Image(seen)}", message,
        $"Check the name and the tag, and add one that exists, for example: -Image busybox. {StaysForPull}");

    internal static DebugException ImagePullUnauthorized(StartObservation seen, string? message) => CannotStart(nameof(ImagePullUnauthorized), FailureKind.PermissionDenied, seen,
        $"the registry does not let the node pull {Image(seen)}, or has no such image", message,
        $"Check the name; for a private registry give the pod's service account an imagePullSecret (an ephemeral container can use only those that its pod has), or use a public image: -Image busybox. {StaysForPull}");

    internal static DebugException RegistryUnreachable(StartObservation seen, string? message) => CannotStart(nameof(RegistryUnreachable), FailureKind.ConnectionError, seen,
        $"the node does not reach the registry of {Image(seen)}", message,
        $"Check the registry's host name, or use an image that the node has: -ImagePullPolicy IfNotPresent. {StaysForPull}");

    internal static DebugException RegistryNotTrusted(StartObservation seen, string? message) => CannotStart(nameof(RegistryNotTrusted), FailureKind.ConnectionError, seen,
        $"the node does not trust the registry of {Image(seen)}, or they do not agree on TLS", message,
        $"Have the registry's CA installed on the node, or use an image from another registry: -Image busybox. {StaysForPull}");

    internal static DebugException ImageRateLimited(StartObservation seen, string? message) => CannotStart(nameof(ImageRateLimited), FailureKind.ResourceUnavailable, seen,
        $"the registry limits how often {Image(seen)} may be pulled", message,
        $"Wait, use a mirror, or an image that the node has: -ImagePullPolicy IfNotPresent. {StaysForPull}");

    internal static DebugException ImageWrongPlatform(StartObservation seen, string? message) => CannotStart(nameof(ImageWrongPlatform), FailureKind.ResourceUnavailable, seen,
        $"the image {Image(seen)} does not exist for the node's operating system and processor", message,
        "Use an image that is built for the node's platform; see it with: Get-Node");

    internal static DebugException ImagePullFailed(StartObservation seen, string? message) => CannotStart(nameof(ImagePullFailed), FailureKind.ResourceUnavailable, seen,
        $"the image {Image(seen)} cannot be pulled", message,
        $"Try another image: -Image busybox. {StaysForPull}");

    internal static DebugException ImageNeverPulled(StartObservation seen, string? message) => CannotStart(nameof(ImageNeverPulled), FailureKind.ResourceUnavailable, seen,
        $"the node does not have the image {Image(seen)}, and the pull policy is Never", message,
        "Let it be pulled: -ImagePullPolicy IfNotPresent");

    internal static DebugException ImageNameRefused(StartObservation seen, string? message) => CannotStart(nameof(ImageNameRefused), FailureKind.InvalidArgument, seen,
        $"the node does not understand the image name {Image(seen)}", message,
        "Write the image as [HOST[:PORT]/]NAME[:TAG] in lower case, for example: -Image busybox:1.36");

    internal static DebugException ImageInspectFailed(StartObservation seen, string? message) => CannotStart(nameof(ImageInspectFailed), FailureKind.ResourceUnavailable, seen,
        $"the node's container runtime cannot read the image {Image(seen)}", message,
        "Try another image: -Image busybox");

    internal static DebugException ImageSignatureRefused(StartObservation seen, string? message) => CannotStart(nameof(ImageSignatureRefused), FailureKind.PermissionDenied, seen,
        $"the node's policy refuses the signature of the image {Image(seen)}", message,
        "Use an image that is signed as the policy demands: -Image IMAGE");

    internal static DebugException ImageRunsAsRoot(StartObservation seen, string? message) => CannotStart(nameof(ImageRunsAsRoot), FailureKind.InvalidOperation, seen,
        $"it must not run as root (runAsNonRoot), and {Image(seen)} would", message,
        "Give it a user: -RunAsUser 1000. Where the namespace allows root and only the profile forbids it: -Profile General");

    internal static DebugException ImageUserNotNumeric(StartObservation seen, string? message) => CannotStart(nameof(ImageUserNotNumeric), FailureKind.InvalidOperation, seen,
        $"it must not run as root (runAsNonRoot), and {Image(seen)} names its user in letters, which the kubelet cannot judge", message,
        "Give the user's number: -RunAsUser 1000");

    internal static DebugException TargetNotStarted(StartObservation seen, string? message) => CannotStart(nameof(TargetNotStarted), FailureKind.InvalidOperation, seen,
        $"its target '{PlainText.Clean(seen.Container.Target)}' does not run yet", message,
        "It starts by itself when the target does; see it with: Get-EphemeralContainer. To debug before that, share no processes: -NoTarget");

    internal static DebugException ConfigurationNotFound(StartObservation seen, string? message) => CannotStart(nameof(ConfigurationNotFound), FailureKind.ObjectNotFound, seen,
        "a ConfigMap or Secret that its environment refers to, or a key of it, does not exist", message,
        "Create it, and the container starts by itself; or add another container without -CopyEnv.");

    internal static DebugException ContainerConfigurationRefused(StartObservation seen, string? message) => CannotStart(nameof(ContainerConfigurationRefused), FailureKind.InvalidOperation, seen,
        "the kubelet cannot make its configuration", message,
        "Add another container without what the message names, for example with -NoTarget or -Profile General.");

    internal static DebugException ContainerCreateFailed(StartObservation seen, string? message) => CannotStart(nameof(ContainerCreateFailed), FailureKind.ResourceUnavailable, seen,
        "the container runtime cannot create it", message,
        "Try another image or command: -Image busybox -- sh");

    internal static DebugException CommandNotFound(StartObservation seen, string? message) => CannotStart(nameof(CommandNotFound), FailureKind.ObjectNotFound, seen,
        $"the image {Image(seen)} does not have the command '{PlainText.Clean(seen.Container.Command.Concat(seen.Container.Arguments).FirstOrDefault())}'", message,
        "Leave the command out to run the image's own, or use an image that has it, for example: -Image busybox -- sh");

    internal static DebugException ContainerRunFailed(StartObservation seen, string? message) => CannotStart(nameof(ContainerRunFailed), FailureKind.InvalidOperation, seen,
        "the container runtime cannot run its process", message,
        "Try another command, working directory or image: -Image busybox -- sh");

    internal static DebugException PodDeleted(string pod, string container) => new(nameof(PodDeleted), FailureKind.ObjectNotFound,
        $"Pod '{pod}' was deleted before container '{PlainText.Clean(container)}' started.",
        "Choose another pod of the same workload; see them with: Get-Pod", $"{pod}/{container}");

    internal static DebugException ContainerNotReported(StartObservation seen, TimeSpan waited, string? hint) => CannotStart(nameof(ContainerNotReported), FailureKind.OperationTimeout, seen,
        $"after {waited.TotalSeconds:0} s the kubelet has not said anything about it (the pod is {PlainText.Clean(seen.Phase ?? "Unknown")})", hint,
        "See whether the pod has a node, and whether the node is ready: Get-Pod and Get-Node. It may still start: Get-EphemeralContainer", "has not started", "The last warning about it");

    internal static DebugException ContainerStartTimedOut(StartObservation seen, TimeSpan waited, string? hint) => CannotStart(nameof(ContainerStartTimedOut), FailureKind.OperationTimeout, seen,
        $"after {waited.TotalSeconds:0} s it is still {PlainText.Clean(seen.Container.Reason ?? "waiting")}", hint,
        "It goes on; see it with: Get-EphemeralContainer. Wait longer with: -TimeoutSec 300", "has not started", "The last warning about it");

    private static string Image(StartObservation seen) => $"'{PlainText.Clean(seen.Container.Image)}'";

    private static DebugException CannotStart(string errorId, FailureKind kind, StartObservation seen, string cause, string? message, string advice,
        string verdict = "cannot start", string speaker = "The kubelet says") => new(errorId, kind,
        $"Container '{seen.Container.Name}' of pod '{seen.Pod}' {verdict}: {cause}." + (string.IsNullOrEmpty(message) ? "" : $" {speaker}: {PlainText.Clean(message)}"),
        advice, seen.Container.ToString());
}
