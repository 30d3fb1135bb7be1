using System.Text.Json.Nodes;
using EphemeralDebug.Core.Diagnosis;
using Xunit;

namespace EphemeralDebug.Core.Tests.Diagnosis;

/// <summary>Findings from what a genuine kubelet reported (Data/diagnosis), and from what runtimes and registries are known to say.</summary>
public sealed class StartFailureTests
{
    private static readonly JsonArray s_statuses = Read("statuses.json");
    private static readonly PodWarning[] s_warnings = Read("warnings.json")
        .Select(item => new PodWarning((string?)item!["reason"], (string?)item["message"], (string?)item["fieldPath"])).ToArray();

    [Theory]
    [InlineData("badname", "InvalidImageName", "ImageNameRefused")]
    [InlineData("badreg", "ErrImagePull", "ImageNotFound")]
    [InlineData("badreg", "ImagePullBackOff", "ImageNotFound")]
    [InlineData("nopull", "ErrImagePull", "ImageNotFound")]
    [InlineData("nopull", "ImagePullBackOff", "ImageNotFound")]
    [InlineData("never", "ErrImageNeverPull", "ImageNeverPulled")]
    [InlineData("nocmd", "RunContainerError", "CommandNotFound")]
    [InlineData("asroot", "CreateContainerConfigError", "ImageRunsAsRoot")]
    [InlineData("debugger-1", "ContainerCreating", null)]
    [InlineData("debugger-1", "Completed", null)]
    [InlineData("debugger-2", "Error", null)]
    [InlineData("interactive", null, null)]
    public void Reads_the_statuses_of_a_genuine_kubelet(string name, string? reason, string? errorId)
    {
        JsonNode status = s_statuses.First(item => (string?)item!["name"] == name && (string?)item["state"]!.AsObject().First().Value!["reason"] == reason)!;
        (string state, JsonNode? detail) = status["state"]!.AsObject().First();
        DebugException? found = StartFailure.Find(new StartObservation
        {
            Phase = (string?)status["phase"],
            Container = Container(name) with
            {
                Image = (string?)status["image"],
                Command = status["command"]!.AsArray().Select(word => (string)word!).ToArray(),
                State = Enum.Parse<ContainerState>(state, ignoreCase: true),
                Reason = reason,
                Message = (string?)detail!["message"],
            },
        });
        Assert.Equal(errorId, found?.ErrorId);
        if (found is null)
            return;
        Assert.Contains((string)detail!["message"]!, found.Message, StringComparison.Ordinal);
        Assert.NotEmpty(found.Advice);
    }

    [Theory]
    [InlineData("nopull", "ImageNotFound")]
    [InlineData("badname", "ImageNameRefused")]
    [InlineData("never", "ImageNeverPulled")]
    [InlineData("asroot", "ImageRunsAsRoot")]
    [InlineData("another", null)]
    public void Reads_the_events_before_the_status_comes(string name, string? errorId)
    {
        foreach (ContainerState state in new[] { ContainerState.Unknown, ContainerState.Waiting })
        {
            StartObservation seen = new() { Container = Container(name) with { State = state, Reason = "ContainerCreating" }, Phase = "Running", Warnings = s_warnings };
            Assert.Equal(errorId, StartFailure.Find(seen)?.ErrorId);
        }
    }

    [Fact]
    public void Forgets_the_events_once_it_runs()
    {
        StartObservation seen = new() { Container = Container("nopull") with { State = ContainerState.Running }, Phase = "Running", Warnings = s_warnings };
        Assert.Null(StartFailure.Find(seen));
    }

    [Theory]
    [InlineData("failed to resolve reference \"docker.io/library/x:9\": docker.io/library/x:9: not found", "ImageNotFound")]
    [InlineData("reading manifest 9 in docker.io/library/x: manifest unknown", "ImageNotFound")]
    [InlineData("failed to resolve image: pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed", "ImagePullUnauthorized")]
    [InlineData("failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://reg.example/token: 401 Unauthorized", "ImagePullUnauthorized")]
    [InlineData("failed to do request: Head \"https://reg.example/v2/x/manifests/9\": dial tcp: lookup reg.example on 10.96.0.10:53: no such host", "RegistryUnreachable")]
    [InlineData("failed to do request: Head \"https://reg.example/v2/x/manifests/9\": dial tcp 192.0.2.1:443: connect: connection refused", "RegistryUnreachable")]
    [InlineData("failed to do request: Head \"https://reg.example/v2/x/manifests/9\": net/http: TLS handshake timeout", "RegistryUnreachable")]
    [InlineData("dial tcp 192.0.2.1:443: i/o timeout", "RegistryUnreachable")]
    [InlineData("failed to do request: Head \"https://reg.example/v2/x/manifests/9\": tls: failed to verify certificate: x509: certificate signed by unknown authority", "RegistryNotTrusted")]
    [InlineData("Head \"https://reg.example:5000/v2/\": http: server gave HTTP response to HTTPS client", "RegistryNotTrusted")]
    [InlineData("failed to copy: httpReadSeeker: failed open: unexpected status code: 429 Too Many Requests - Server message: toomanyrequests: You have reached your unauthenticated pull rate limit", "ImageRateLimited")]
    [InlineData("failed to resolve reference \"x:9\": no match for platform in manifest: not found", "ImageWrongPlatform")]
    [InlineData("acme/x509-unauthorized:9: not found", "ImageNotFound")]
    [InlineData("something nobody has seen before", "ImagePullFailed")]
    [InlineData(null, "ImagePullFailed")]
    public void Tells_why_a_pull_failed(string? message, string errorId)
    {
        EphemeralContainer container = Container("a") with { Image = "acme/x509-unauthorized:9", State = ContainerState.Waiting, Reason = "ErrImagePull", Message = message };
        DebugException found = StartFailure.Find(new StartObservation { Container = container, Phase = "Running" })!;
        Assert.Equal(errorId, found.ErrorId);
        Assert.Contains("acme/x509-unauthorized:9", found.Message, StringComparison.Ordinal);

        // The event says the same, sooner.
        StartObservation early = new()
        {
            Container = container with { Reason = null, Message = null, State = ContainerState.Unknown },
            Warnings = [new PodWarning("Failed", $"Failed to pull image \"acme/x509-unauthorized:9\": {message}", "spec.ephemeralContainers{a}")],
        };
        Assert.Equal(errorId, StartFailure.Find(early)!.ErrorId);
    }

    [Theory]
    [InlineData("CreateContainerConfigError", "container has runAsNonRoot and image will run as root (pod: \"p\", container: a)", "ImageRunsAsRoot")]
    [InlineData("CreateContainerConfigError", "container's runAsUser breaks non-root policy (pod: \"p\", container: a)", "ImageRunsAsRoot")]
    [InlineData("CreateContainerConfigError", "container has runAsNonRoot and image has non-numeric user (nginx), cannot verify user is non-root", "ImageUserNotNumeric")]
    [InlineData("CreateContainerConfigError", "unable to find target container \"web\"", "TargetNotStarted")]
    [InlineData("CreateContainerConfigError", "configmap \"settings\" not found", "ConfigurationNotFound")]
    [InlineData("CreateContainerConfigError", "secret \"keys\" not found", "ConfigurationNotFound")]
    [InlineData("CreateContainerConfigError", "couldn't find key LEVEL in ConfigMap shop/settings", "ConfigurationNotFound")]
    [InlineData("CreateContainerConfigError", "failed to prepare subPath", "ContainerConfigurationRefused")]
    [InlineData("CreateContainerError", "context deadline exceeded", "ContainerCreateFailed")]
    [InlineData("ImageInspectError", "Failed to inspect image \"x\": layer broken", "ImageInspectFailed")]
    [InlineData("SignatureValidationFailed", "signature wanted", "ImageSignatureRefused")]
    [InlineData("RunContainerError", "runc create failed: exec: \"bash\": stat /bin/bash: no such file or directory", "CommandNotFound")]
    [InlineData("RunContainerError", "exec /bin/tool: exec format error", "ImageWrongPlatform")]
    [InlineData("RunContainerError", "chdir to cwd (\"/x\") set in config.json failed: no such file or directory: exec", "ContainerRunFailed")]
    [InlineData("RunContainerError", "exec: \"/etc\": permission denied", "ContainerRunFailed")]
    [InlineData("RegistryUnavailable", "connection refused", "RegistryUnreachable")]
    [InlineData("ContainerCreating", "", null)]
    [InlineData("PodInitializing", "", null)]
    [InlineData("SomethingNew", "of a later kubelet", null)]
    public void Reads_waiting_reasons(string reason, string message, string? errorId)
    {
        StartObservation seen = new() { Container = Container("a") with { State = ContainerState.Waiting, Reason = reason, Message = message, Target = "web" }, Phase = "Running" };
        Assert.Equal(errorId, StartFailure.Find(seen)?.ErrorId);
    }

    [Fact]
    public void Reads_errors_that_only_an_event_tells()
    {
        Assert.Equal("CommandNotFound", FromEvent("Failed", "Error: failed to create containerd task: failed to create shim task: OCI runtime create failed: exec: \"sh\": executable file not found in $PATH"));
        Assert.Equal("ConfigurationNotFound", FromEvent("Failed", "Error: secret \"keys\" not found"));
        Assert.Equal("ContainerCreateFailed", FromEvent("Failed", "Error: failed to reserve container name"));
        Assert.Equal("ImageInspectFailed", FromEvent("InspectFailed", "Failed to inspect image \"x\": broken"));
        // The reason alone is followed or preceded by an event that says more.
        Assert.Null(FromEvent("Failed", "Error: ErrImagePull"));
        Assert.Null(FromEvent("Failed", "Error: ImagePullBackOff"));
        Assert.Null(FromEvent("BackOff", "Back-off restarting failed container"));

        static string? FromEvent(string reason, string message) => StartFailure.Find(new StartObservation
        {
            Container = Container("a"),
            Warnings = [new PodWarning(reason, message, "spec.ephemeralContainers{a}")],
        })?.ErrorId;
    }

    [Fact]
    public void Takes_the_cause_of_a_back_off_from_the_event_where_the_status_has_none()
    {
        StartObservation seen = new()
        {
            Container = Container("a") with { State = ContainerState.Waiting, Reason = "ImagePullBackOff", Message = "Back-off pulling image \"x\"" },
            Warnings = [new PodWarning("Failed", "Failed to pull image \"x\": dial tcp: no such host", "spec.ephemeralContainers{a}")],
        };
        Assert.Equal("RegistryUnreachable", StartFailure.Find(seen)!.ErrorId);
        Assert.Equal("ImagePullFailed", StartFailure.Find(seen with { Warnings = [] })!.ErrorId);
    }

    [Fact]
    public void Knows_what_becomes_of_the_pod()
    {
        StartObservation seen = new() { Container = Container("a"), Phase = "Running" };
        Assert.Null(StartFailure.Find(seen));
        Assert.Equal("PodDeleted", StartFailure.Find(seen with { IsGone = true })!.ErrorId);
        Assert.Equal("PodBeingDeleted", StartFailure.Find(seen with { IsBeingDeleted = true })!.ErrorId);
        Assert.Equal("PodFinished", StartFailure.Find(seen with { Phase = "Succeeded" })!.ErrorId);
        Assert.Equal("PodFinished", StartFailure.Find(seen with { Phase = "Failed" })!.ErrorId);
        // What has ended before the pod did has started.
        Assert.Null(StartFailure.Find(seen with { Phase = "Succeeded", Container = Container("a") with { State = ContainerState.Terminated, Reason = "Completed" } }));
        DebugException started = StartFailure.Find(seen with { Container = Container("a") with { State = ContainerState.Terminated, Reason = "StartError", ExitCode = 128, Message = "exec: \"sh\": executable file not found in $PATH" } })!;
        Assert.Equal("CommandNotFound", started.ErrorId);
    }

    [Fact]
    public void Says_what_it_waited_for_when_the_time_is_up()
    {
        StartObservation silent = new()
        {
            Container = Container("a"),
            Phase = "Pending",
            Warnings = [new PodWarning("FailedScheduling", "0/3 nodes are available", null), new PodWarning("BackOff", "of another", "spec.containers{web}")],
        };
        DebugException unreported = StartFailure.TimedOut(silent, TimeSpan.FromSeconds(60));
        Assert.Equal(("ContainerNotReported", FailureKind.OperationTimeout), (unreported.ErrorId, unreported.Kind));
        Assert.Contains("FailedScheduling: 0/3 nodes are available", unreported.Message, StringComparison.Ordinal);
        Assert.Contains("60 s", unreported.Message, StringComparison.Ordinal);
        DebugException slow = StartFailure.TimedOut(silent with { Container = Container("a") with { State = ContainerState.Waiting, Reason = "ContainerCreating" } }, TimeSpan.FromSeconds(5));
        Assert.Equal("ContainerStartTimedOut", slow.ErrorId);
        Assert.Contains("ContainerCreating", slow.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Prints_no_control_characters_of_a_message()
    {
        EphemeralContainer hostile = Container("a") with { State = ContainerState.Waiting, Reason = "ErrImagePull", Image = "x\u001b[2J", Message = "\u001b]0;title\u0007not found\r\n\u202egnp" };
        DebugException found = StartFailure.Find(new StartObservation { Container = hostile })!;
        Assert.DoesNotContain(found.Message, character => char.IsControl(character) || character == '\u202e');
        Assert.Contains("not found gnp", found.Message, StringComparison.Ordinal);
    }

    private static EphemeralContainer Container(string name) => new() { Pod = "web-0", Namespace = "shop", Name = name, Image = "x" };

    private static JsonArray Read(string file) => JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Data", "diagnosis", file)))!.AsArray();
}
