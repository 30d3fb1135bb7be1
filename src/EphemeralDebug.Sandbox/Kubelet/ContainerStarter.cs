using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Programs;

namespace EphemeralDebug.Sandbox.Kubelet;

/// <summary>Why a container did not start, as its status shows it.</summary>
/// <param name="Reason">The reason of the waiting state: <c>ErrImagePull</c>.</param>
/// <param name="Message">Its message.</param>
/// <param name="Created">Whether the container was made and its process could not run: the kubelet does not try that one again.</param>
internal sealed record StartFailure(string Reason, string Message, bool Created = false);

/// <summary>Takes one container of a pod from its image to its running process, with the kubelet's events on the way.</summary>
internal sealed class ContainerStarter(KubeletServices kubelet, PodSandbox sandbox)
{
    /// <summary>Tries once. <paramref name="change"/> runs changes of the record under the pod's lock.</summary>
    internal async Task<StartFailure?> TryAsync(JsonObject pod, ContainerRecord container, Func<string, ContainerRecord?> find, Action<Action> change, CancellationToken cancellationToken)
    {
        (ContainerImage? image, ImageReference? reference, StartFailure? failure) = await PullAsync(pod, container, cancellationToken);
        if (image is null || reference is null) return failure;

        // An ephemeral container's target must have been started, or there is no process namespace to join.
        ContainerRecord? target = null;
        if ((string?)container.Spec["targetContainerName"] is { Length: > 0 } targetName)
        {
            target = find(targetName);
            if (target?.View is null) return Fail("CreateContainerConfigError", $"unable to find target container \"{targetName}\"");
        }
        if (ContainerSetup.NonRootViolation(pod, container.Spec, image) is { } violation) return Fail("CreateContainerConfigError", violation);

        string id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        // A HostProcess container is a process of the Windows node, whatever its image holds.
        bool hostProcess = sandbox.Host.Windows && ContainerSetup.IsHostProcess(pod, container.Spec);
        ContainerView view = hostProcess ? sandbox.Host.View with { MountNamespace = NamespaceNumber.Next() } : new ContainerView
        {
            Hostname = sandbox.Hostname,
            Programs = image.Programs,
            User = ContainerSetup.User(pod, container.Spec, image),
            Processes = sandbox.ProcessesFor(target),
            Network = sandbox.Network,
            Time = kubelet.Options.Time,
            Files = sandbox.FilesFor(container.Spec, image),
        };
        Dictionary<string, string> environment = ContainerSetup.Environment(pod, container.Spec, image, sandbox.Hostname, sandbox.Network.Address);
        IReadOnlyList<string> command = ContainerSetup.CommandLine(container.Spec, image, environment);
        if (command.Count == 0) return Fail("CreateContainerError", $"failed to generate container \"{id}\" spec: failed to generate spec: no command specified");
        change(() =>
        {
            container.Image = reference.Full;
            container.ImageId = $"{reference.Repository}@{image.Digest}";
            container.ContainerId = "containerd://" + id;
            container.User = view.User;
        });
        Event("Normal", "Created", "Container created");
        await Task.Delay(kubelet.Options.StartTime, kubelet.Options.Time, cancellationToken);
        if (kubelet.Options.BeforeStart is { } hold) await hold(sandbox.Identity(container.Name), cancellationToken);

        if (view.Find(command[0]) is not { } program)
        {
            string message = "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: "
                + "unable to start container process: " + NotFound(command[0]);
            Event("Warning", "Failed", "Error: " + message);
            return new StartFailure("RunContainerError", message, Created: true);
        }
        cancellationToken.ThrowIfCancellationRequested();
        bool tty = (bool?)container.Spec["tty"] == true, stdinOnce = (bool?)container.Spec["stdinOnce"] == true;
        ProcessStart start = new()
        {
            Program = program,
            Arguments = command,
            Environment = environment,
            Container = view,
            Stdin = (bool?)container.Spec["stdin"] == true,
            Tty = tty,
            WorkingDirectory = (string?)container.Spec["workingDir"] is { Length: > 0 } folder ? folder : sandbox.Host.Windows ? @"C:\" : "/",
        };
        ContainerLog log = new(kubelet.Options.Time);
        change(() =>
        {
            (container.PreviousLog, container.Log) = (container.Log, log);
            container.View = view;
            container.Start = start;
            container.Current = new RunningContainer(ContainerProcess.Start(start), log, tty, stdinOnce);
        });
        Event("Normal", "Started", "Container started");
        return null;

        StartFailure Fail(string reason, string message)
        {
            Event("Warning", "Failed", "Error: " + message);
            return new StartFailure(reason, message);
        }

        void Event(string type, string reason, string message) => kubelet.Events.Record(pod, container.FieldPath, type, reason, message);
    }

    /// <summary>The words of runc for a program that is not in the image.</summary>
    internal static string NotFound(string command) => command.Contains('/', StringComparison.Ordinal)
        ? $"exec: \"{command}\": stat {command}: no such file or directory"
        : $"exec: \"{command}\": executable file not found in $PATH";

    private async Task<(ContainerImage?, ImageReference?, StartFailure?)> PullAsync(JsonObject pod, ContainerRecord container, CancellationToken cancellationToken)
    {
        string name = (string?)container.Spec["image"] ?? "";
        (ImageReference? reference, string? wrong) = ImageReference.Parse(name);
        if (reference is null)
        {
            Event("Warning", "InspectFailed", wrong!);
            Event("Warning", "Failed", "Error: InvalidImageName");
            return (null, null, new StartFailure("InvalidImageName", wrong!));
        }
        string policy = (string?)container.Spec["imagePullPolicy"] ?? (reference.Tag == "latest" ? "Always" : "IfNotPresent");
        ContainerImage? image = kubelet.Options.Images.Find(reference);
        bool present = image is not null && image.Windows == sandbox.Host.Windows && kubelet.IsPresent(sandbox.Node, image);
        if (policy == "Never" && !present)
        {
            string message = $"Container image \"{name}\" is not present with pull policy of Never";
            Event("Warning", "ErrImageNeverPull", message);
            Event("Warning", "Failed", "Error: ErrImageNeverPull");
            return (null, null, new StartFailure("ErrImageNeverPull", message));
        }
        if (policy != "Always" && present)
        {
            Event("Normal", "Pulled", $"Container image \"{name}\" already present on machine and can be accessed by the pod");
            return (image, reference, null);
        }
        Event("Normal", "Pulling", $"Pulling image \"{name}\"");
        long began = kubelet.Options.Time.GetTimestamp();
        if (kubelet.Options.BeforePull is { } hold) await hold(sandbox.Identity(container.Name), cancellationToken);
        await Task.Delay(kubelet.Options.PullTime, kubelet.Options.Time, cancellationToken);
        bool fits = image is null || image.Windows == sandbox.Host.Windows;
        if (image is null || !fits)
        {
            string why = fits ? $"failed to resolve image: {reference.Full}: not found" : "no match for platform in manifest: not found";
            string message = $"rpc error: code = NotFound desc = failed to pull and unpack image \"{reference.Full}\": {why}";
            Event("Warning", "Failed", $"Failed to pull image \"{name}\": {message}");
            Event("Warning", "Failed", "Error: ErrImagePull");
            return (null, null, new StartFailure("ErrImagePull", message));
        }
        string took = string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, (long)kubelet.Options.Time.GetElapsedTime(began).TotalMilliseconds)}ms");
        kubelet.Pulled(sandbox.Node, image);
        Event("Normal", "Pulled", $"Successfully pulled image \"{name}\" in {took} ({took} including waiting). Image size: {image.Size} bytes.");
        return (image, reference, null);

        void Event(string type, string reason, string message) => kubelet.Events.Record(pod, container.FieldPath, type, reason, message);
    }
}
