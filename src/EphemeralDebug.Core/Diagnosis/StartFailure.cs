namespace EphemeralDebug.Core.Diagnosis;

/// <summary>
/// Reads why a container cannot start. Data in, finding out: a failure that says the cause and what to do, or null
/// while it still may start. A failed pull shows as an event after less than a second and as a status after about
/// fifteen, so both count.
/// </summary>
internal static class StartFailure
{
    /// <summary>The finding; null where the container has started, or nothing speaks against it yet.</summary>
    internal static DebugException? Find(StartObservation seen)
    {
        ContainerInfo container = seen.Container;
        bool isBackingOff = container is { State: ContainerState.Waiting, Reason: "CrashLoopBackOff" };
        string? lastEnd = container.State == ContainerState.Terminated ? container.Reason : isBackingOff ? container.LastReason : null;
        if (lastEnd is "StartError" or "ContainerCannotRun")
            return Run(seen, container.Message);
        if (container.State is ContainerState.Running or ContainerState.Terminated || isBackingOff)
            return null;
        if (seen.IsGone)
            return Failure.PodDeleted(seen.Pod, container.Name);
        if (seen.IsBeingDeleted)
            return Failure.PodBeingDeleted(seen.Pod);
        if (FromBefore(seen) is { } before)
            return before;
        if (seen.Phase is "Succeeded" or "Failed")
            return container.Kind == ContainerKind.Ephemeral ? Failure.PodFinished(seen.Pod, seen.Phase) : Failure.PodNotAdmitted(seen);
        return FromReason(seen, container.Reason, container.Message) ?? FromEvents(seen);
    }

    // The kubelet tries a failed init container again, and who waits for what comes after it waits in vain until somebody mends it.
    private static DebugException? FromBefore(StartObservation seen)
    {
        foreach (ContainerInfo init in seen.Before)
        {
            bool isBackingOff = init is { State: ContainerState.Waiting, Reason: "CrashLoopBackOff" };
            if (Find(seen with { Container = init }) is { } cannotStart)
                return cannotStart;
            if (isBackingOff || init is { State: ContainerState.Terminated, ExitCode: not 0 })
                return Failure.InitContainerFailed(seen, init);
        }
        return null;
    }

    /// <summary>What to say when the time is up and <see cref="Find"/> has found nothing.</summary>
    internal static DebugException TimedOut(StartObservation seen, TimeSpan waited)
    {
        // The newest warning about the pod as a whole (not scheduled, a volume that does not mount) is the likeliest reason.
        PodWarning? about = seen.Warnings.LastOrDefault(warning => !IsAboutAnother(seen, warning));
        string? hint = about is null ? null : $"{about.Reason}: {about.Message}";
        return seen.Container.State == ContainerState.Unknown
            ? Failure.ContainerNotReported(seen, waited, hint)
            : Failure.ContainerStartTimedOut(seen, seen.Before.FirstOrDefault(init => init.State == ContainerState.Running), waited, hint);
    }

    // ContainerCreating, PodInitializing and what is not known pass: they may still end well.
    private static DebugException? FromReason(StartObservation seen, string? reason, string? message) => reason switch
    {
        "ErrImagePull" or "RegistryUnavailable" => ImagePullFailure.Read(seen, message),
        "ImagePullBackOff" => ImagePullFailure.Read(seen, HasCause(message) ? message : PullEvents(seen).LastOrDefault() ?? message),
        "ErrImageNeverPull" => Failure.ImageNeverPulled(seen, message),
        "InvalidImageName" => Failure.ImageNameRefused(seen, message),
        "ImageInspectError" => Failure.ImageInspectFailed(seen, message),
        "SignatureValidationFailed" => Failure.ImageSignatureRefused(seen, message),
        "CreateContainerConfigError" => Configuration(seen, message) ?? Failure.ContainerConfigurationRefused(seen, message),
        "CreateContainerError" or "PreCreateHookError" or "PreStartHookError" => Failure.ContainerCreateFailed(seen, message),
        "RunContainerError" or "StartError" or "ContainerCannotRun" => Run(seen, message),
        _ => null,
    };

    // Older kubelets put "Back-off pulling image "x"" into the status, and the cause into the event before it.
    private static bool HasCause(string? message) => message?.Contains(": ", StringComparison.Ordinal) == true;

    private static DebugException? FromEvents(StartObservation seen)
    {
        if (PullEvents(seen).LastOrDefault() is { } pull)
            return ImagePullFailure.Read(seen, pull);
        foreach (PodWarning warning in Own(seen))
        {
            string message = warning.Message ?? "";
            DebugException? found = warning.Reason switch
            {
                "ErrImageNeverPull" => Failure.ImageNeverPulled(seen, message),
                "InspectFailed" => message.Contains("couldn't parse image", StringComparison.Ordinal)
                    ? Failure.ImageNameRefused(seen, message)
                    : Failure.ImageInspectFailed(seen, message),
                "Failed" when message.StartsWith("Error: ", StringComparison.Ordinal) => FromError(seen, message["Error: ".Length..]),
                _ => null,
            };
            if (found is not null)
                return found;
        }
        return null;
    }

    // The kubelet's "Error: " is followed by its reason alone, for what another event or the status tells in full, or by the error itself.
    private static DebugException? FromError(StartObservation seen, string error)
    {
        if (!error.Contains(' ', StringComparison.Ordinal))
            return null;
        if (Configuration(seen, error) is { } known)
            return known;
        return error.Contains("runtime create failed", StringComparison.Ordinal) || error.Contains("failed to start container", StringComparison.Ordinal)
            || error.Contains("container task", StringComparison.Ordinal) || error.Contains("containerd task", StringComparison.Ordinal)
            ? Run(seen, error)
            : Failure.ContainerCreateFailed(seen, error);
    }

    private static DebugException? Configuration(StartObservation seen, string? message)
    {
        string text = message ?? "";
        bool Has(string part) => text.Contains(part, StringComparison.OrdinalIgnoreCase);
        if (Has("image will run as root") || Has("runAsUser breaks non-root policy"))
            return Failure.ImageRunsAsRoot(seen, message);
        if (Has("non-numeric user"))
            return Failure.ImageUserNotNumeric(seen, message);
        if (Has("unable to find target container"))
            return Failure.TargetNotStarted(seen, message);
        bool isMissing = Has("not found") || Has("couldn't find key") || Has("non-existent");
        return isMissing && (Has("configmap") || Has("secret")) ? Failure.ConfigurationNotFound(seen, message) : null;
    }

    private static DebugException Run(StartObservation seen, string? message)
    {
        string text = message ?? "";
        bool Has(string part) => text.Contains(part, StringComparison.OrdinalIgnoreCase);
        if (Has("exec format error"))
            return Failure.ImageWrongPlatform(seen, message);
        // A missing working directory is told in nearly the same words.
        if (Has("executable file not found") || (Has("no such file or directory") && Has("exec") && !Has("cwd")))
            return Failure.CommandNotFound(seen, message);
        return Failure.ContainerRunFailed(seen, message);
    }

    private static IEnumerable<string> PullEvents(StartObservation seen) =>
        Own(seen).Where(warning => warning.Reason == "Failed").Select(warning => warning.Message ?? "")
            .Where(message => message.StartsWith("Failed to pull image", StringComparison.Ordinal));

    private static IEnumerable<PodWarning> Own(StartObservation seen) =>
        seen.Warnings.Where(warning => warning.FieldPath == PodWarning.PathOf(seen.Container));

    private static bool IsAboutAnother(StartObservation seen, PodWarning warning) =>
        warning.FieldPath?.EndsWith('}') == true && !warning.FieldPath.EndsWith($"{{{seen.Container.Name}}}", StringComparison.Ordinal);
}
