#Requires -Version 7.4
<#
What a user types, in a real PowerShell against a real cluster. Needs pwsh 7.4, Pester 5 (Install-PSResource Pester) and a build.

    Invoke-Pester tests/pester                     # the cluster of the environment; without one only what needs none

    $container = New-PesterContainer -Path tests/pester -Data @{ KubeConfig = 'my.kubeconfig'; AllowChanges = $true }
    Invoke-Pester -Container $container

It reads, and changes nothing; with AllowChanges it adds one ephemeral container (which ends by itself) to the first
running pod of the namespace.
#>
param(
    # A kubeconfig file; by default what kubectl would take.
    [string] $KubeConfig,

    # The namespace to look at; by default the context's.
    [string] $Namespace,

    # Whether a container may be added to a pod.
    [switch] $AllowChanges
)

BeforeDiscovery {
    $manifest = Join-Path $PSScriptRoot '../../out/EphemeralDebug/EphemeralDebug.psd1'
    if (-not (Test-Path $manifest)) { throw 'The module is not built. Run: dotnet build' }
    Import-Module $manifest -Force

    $cluster = @{}
    if ($KubeConfig) { $cluster.KubeConfig = $KubeConfig }
    $hasCluster = [bool] (Get-Node @cluster -ErrorAction Ignore)
    $cmdlets = (Get-Module EphemeralDebug).ExportedCmdlets.Keys
    if (-not $hasCluster) { Write-Warning 'No cluster answers: the tests that need one are skipped.' }
}

BeforeAll {
    $manifest = Join-Path $PSScriptRoot '../../out/EphemeralDebug/EphemeralDebug.psd1'
    Import-Module $manifest -Force
    $cluster = @{}
    if ($KubeConfig) { $cluster.KubeConfig = $KubeConfig }
    $there = $cluster.Clone()
    if ($Namespace) { $there.Namespace = $Namespace }
}

Describe 'The module' {
    It 'exports <_>' -ForEach $cmdlets {
        Get-Command $_ -Module EphemeralDebug | Should -Not -BeNullOrEmpty
    }

    It 'has help with an example for <_>' -ForEach $cmdlets {
        $help = Get-Help $_
        $help.Synopsis | Should -Not -BeNullOrEmpty
        $help.examples.example | Should -Not -BeNullOrEmpty
    }

    It 'names a missing kubeconfig' {
        { Get-Pod -KubeConfig (Join-Path $TestDrive 'none') -ErrorAction Stop } | Should -Throw -ErrorId 'KubeConfigNotFound,*'
    }

    It 'can be imported again' {
        Import-Module (Join-Path $PSScriptRoot '../../out/EphemeralDebug/EphemeralDebug.psd1') -Force
        (Get-Module EphemeralDebug).ExportedCmdlets.Count | Should -Be (Import-PowerShellDataFile $manifest).CmdletsToExport.Count -Because 'nothing may get lost'
    }
}

Describe 'A cluster' -Skip:(-not $hasCluster) {
    It 'has nodes' {
        Get-Node @cluster | Should -Not -BeNullOrEmpty
    }

    It 'shows the pods that kubectl shows' -Skip:(-not (Get-Command kubectl -ErrorAction Ignore)) {
        $arguments = @('get', 'pods', '--all-namespaces', '-o', 'name')
        if ($KubeConfig) { $arguments += '--kubeconfig', $KubeConfig }
        $expected = & kubectl @arguments | Sort-Object
        Get-Pod @cluster -AllNamespaces | ForEach-Object { "pod/$($_.Name)" } | Sort-Object | Should -Be $expected
    }

    It 'sends no more than it is asked for' {
        @(Get-Pod @cluster -AllNamespaces | Select-Object -First 1).Count | Should -Be 1
    }

    It 'lists what debugging left, and would remove it' {
        Get-DebugArtifact @there | Remove-DebugArtifact -Evict -Force -WhatIf | Should -BeNullOrEmpty
        { Get-DebugArtifact @there -ErrorAction Stop } | Should -Not -Throw
    }

    It 'says what it would do' {
        $pod = Get-Pod @there | Where-Object Status -eq Running | Select-Object -First 1
        if (-not $pod) { Set-ItResult -Skipped -Because 'no pod runs in the namespace' }
        $before = @($pod | Get-EphemeralContainer).Count
        $pod | New-EphemeralContainer -Image busybox -WhatIf | Should -BeNullOrEmpty
        @($pod | Get-EphemeralContainer).Count | Should -Be $before
    }
}

Describe 'A container in a pod' -Skip:(-not ($hasCluster -and $AllowChanges)) {
    It 'runs, ends, and leaves its log' {
        $pod = Get-Pod @there | Where-Object Status -eq Running | Select-Object -First 1
        if (-not $pod) { Set-ItResult -Skipped -Because 'no pod runs in the namespace' }
        $container = $pod | New-EphemeralContainer -Image busybox -- sh -c 'echo hello; exit 3'
        $ended = $container | Wait-EphemeralContainer -For Terminated -TimeoutSec 60
        $ended.ExitCode | Should -Be 3
        $container | Get-EphemeralContainerLog | Should -Be 'hello'
    }
}
