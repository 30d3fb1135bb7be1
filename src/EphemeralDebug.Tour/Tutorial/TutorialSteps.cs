namespace EphemeralDebug.Tour.Tutorial;

/// <summary>The tutorial, in order. Later steps build on earlier ones: they run in one session, on one cluster.</summary>
internal static class TutorialSteps
{
    public static IReadOnlyList<TutorialStep> All { get; } =
    [
        new("Nodes", "The machines of the cluster.",
            "Get-Node",
            Expect.Objects(atLeast: 1)),

        new("Pods", "The pods of the namespace, with the status that kubectl would show.",
            "Get-Pod",
            Expect.Objects(atLeast: 2)),

        new("Pods by label", "The pods of one application.",
            "Get-Pod -Label app=sample-app",
            Expect.Every("Status", "Running")),

        new("A container into each of them", "Pipe the pods on. What follows -- is the container's command. Each object comes when its container runs.",
            "Get-Pod -Label app=sample-app | New-EphemeralContainer -Image busybox -- sleep 600",
            Expect.Every("State", "Running")),

        new("What is in them now", "The ephemeral containers of the pods, with their states.",
            "Get-Pod -Label app=sample-app | Get-EphemeralContainer",
            Expect.All(Expect.Every("State", "Running"), Expect.Every("Image", "busybox"))),

        new("One pod", "An ordinary variable holds a pod for the next steps.",
            "$pod = Get-Pod -Label app=sample-app | Select-Object -First 1; $pod",
            Expect.Objects(atLeast: 1)),

        new("A command with an end", "It shares the processes of the pod's container, so ps shows the application.",
            "$pod | New-EphemeralContainer -Name look -Image busybox -- sh -c 'ps; echo done'",
            Expect.Every("Name", "look")),

        new("Its end", "Wait for it: the exit code is a property.",
            "$pod | Wait-EphemeralContainer -Name look -For Terminated",
            Expect.All(Expect.Every("State", "Terminated"), Expect.Every("ExitCode", "0"))),

        new("What it said", "Its log, as strings.",
            "$pod | Get-EphemeralContainerLog -Name look",
            Expect.Line("done")),

        new("The application's environment", "-CopyEnv gives the container what the application was given.",
            "$pod | New-EphemeralContainer -Name environment -Image busybox -CopyEnv -- env | Wait-EphemeralContainer -For Terminated | Get-EphemeralContainerLog",
            Expect.Line("=")),

        new("Look before you leap", "-WhatIf sends nothing.",
            "$pod | New-EphemeralContainer -Name never -Image busybox -WhatIf",
            Expect.OnlyText("What if:")),

        new("Let the server judge", "-DryRun sends the real request and stores nothing: the server's rules are checked, the pod is as before.",
            "$pod | New-EphemeralContainer -Name trial -Image busybox -DryRun",
            Expect.Every("Name", "trial")),

        new("Nothing came of either", "Neither name is in the pod.",
            "$pod | Get-EphemeralContainer | Where-Object Name -in never, trial | Measure-Object | Select-Object -ExpandProperty Count",
            Expect.Line("0")),

        new("A strict namespace", "Where Pod Security enforces 'restricted', the profile Auto takes what is admitted, and says so.",
            "Get-Pod -Namespace restricted | New-EphemeralContainer -Image busybox -- sleep 600",
            Expect.All(Expect.Every("Profile", "Restricted"), Expect.Every("State", "Running"))),

        new("What cannot start says why", "An image that does not exist: an error with its cause and an advice, after a moment and not after a minute.",
            "$pod | New-EphemeralContainer -Name broken -Image no-such-image",
            Expect.Error("ImageNotFound")),

        new("A shell that waits", "Its standard input stays open, and it has a terminal: Enter-EphemeralContainer would give you its prompt.",
            "$shell = $pod | New-EphemeralContainer -Name shell -Image busybox -Stdin -Tty -- sh; $shell",
            Expect.Every("State", "Running")),

        new("A script in it", "With pod and container named, the pipeline is standard input; -Shell starts a shell for it alone. The exit code is a property.",
            "'hostname; exit 3' | Enter-EphemeralContainer -Pod $shell.Pod -Name shell -Shell sh -PassThru | Select-Object -Last 1 -ExpandProperty ExitCode",
            Expect.Line("3")),

        new("Its end, by hand", "An ephemeral container cannot be removed, but it can be ended; StoppedBy says what did it.",
            "$shell | Stop-EphemeralContainer",
            Expect.All(Expect.Every("State", "Terminated"), Expect.Every("StoppedBy", "Hup"))),

        new("A pod that crashes", "An ephemeral container would not help: the program ends before anybody can look. Its last words are in its log.",
            "Get-Pod crash-loop; Get-EphemeralContainerLog crash-loop app",
            Expect.Line("fatal")),

        new("A copy that does not crash", "The same image, environment and volumes in a new pod, with a command that lasts. The pod itself stays as it is.",
            "$copy = Copy-PodForDebug crash-loop -Container app -- sleep 600; $copy",
            Expect.All(Expect.Every("Status", "Running"), Expect.Every("Source", "pod/default/crash-loop"))),

        new("Look around in the copy", "-Shell starts a shell in the container that was changed. The file that the program could not open is not there.",
            "$copy | Enter-EphemeralContainer -Shell sh -StandardInput 'ls /etc'",
            Expect.All(Expect.Line("resolv.conf"), Expect.NoLine("app.conf"))),

        new("A pod stuck in an init container", "Without the init containers the application starts at once.",
            "Copy-PodForDebug stuck-init -Container app -KeepInitContainers:$false",
            Expect.All(Expect.Every("Status", "Running"), Expect.Every("Container", "app"))),

        new("The init container by hand", "-InitContainer makes it the copy's only container, here with a shell that gets a script. -RemoveOnExit deletes the copy at the end.",
            "Copy-PodForDebug stuck-init -InitContainer wait-for-db -Interactive -StandardInput 'nslookup db' -RemoveOnExit -- sh",
            Expect.Line("can't find db")),

        new("Another image", "A pod of a deployment's template, with another image in it. Nothing in the deployment changes.",
            "Copy-PodForDebug -Workload deploy/sample-app -SetImage @{ app = 'nginx:alpine' }",
            Expect.All(Expect.Every("Status", "Running"), Expect.Every("Source", "deployment/default/sample-app"))),

        new("The copies that there are", "Their label finds them. The copy of the init container is not among them, and the server ends the others after eight hours.",
            "Get-Pod -Label app.kubernetes.io/managed-by=EphemeralDebug",
            Expect.All(Expect.Every("Status", "Running"), Expect.Count(3))),

        new("Remove the copies", "Nobody needs them any more. Remove-DebugArtifact takes what Get-DebugArtifact finds.",
            "Get-DebugArtifact -Kind PodCopy | Remove-DebugArtifact",
            Expect.Count(0)),

        new("None is left", "The same question as before. A pod that is deleted may still be seen for a moment, as Terminating, but none runs on.",
            "Get-Pod -Label app.kubernetes.io/managed-by=EphemeralDebug | Where-Object Status -eq Running",
            Expect.Count(0)),

        new("One question to all of them", "Invoke-DebugCommand runs a command in every pod at once. Each gives a result: its exit code, and what the command wrote.",
            "Get-Pod -Label app=sample-app | Invoke-DebugCommand -- wget -qO- localhost:80",
            Expect.All(Expect.Count(3), Expect.Every("ExitCode", "0"))),

        new("Those where it failed", "A command that fails is a result too, with its exit code. The name db is known in none of the pods.",
            "Get-Pod -Label app=sample-app | Invoke-DebugCommand -- nslookup db | Where-Object ExitCode -ne 0 | Select-Object Pod, ExitCode",
            Expect.All(Expect.Count(3), Expect.Every("ExitCode", "1"))),

        new("All nodes", "On a node it runs in a pod that is deleted afterwards; -HostShell runs the node's own program.",
            "Get-Node | Invoke-DebugCommand -HostShell -- uptime",
            Expect.All(Expect.Count(2), Expect.Every("ExitCode", "0"))),

        new("What debugging left", "Of the nodes no pod is left. Ephemeral containers stay until their pods are deleted.",
            "Get-DebugArtifact",
            Expect.All(Expect.Objects(atLeast: 1), Expect.NoLine("node-debugger"))),
    ];
}
