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
}
