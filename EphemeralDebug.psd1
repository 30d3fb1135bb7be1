@{
    RootModule             = 'EphemeralDebug.dll'
    ModuleVersion          = '0.1.0'
    GUID                   = '6d0b8c5e-7a94-4c38-9d55-3a1b5f0f6c21'
    Author                 = 'The EphemeralDebug authors'
    CompanyName            = 'EphemeralDebug'
    Copyright              = '(c) The EphemeralDebug authors'
    Description            = 'Debug Kubernetes pods and nodes from PowerShell: ephemeral containers, their state, their logs, as objects.'
    PowerShellVersion      = '7.4'
    CompatiblePSEditions   = @('Core')
    CmdletsToExport        = @(
        'Copy-PodForDebug'
        'Enter-EphemeralContainer'
        'Enter-NodeDebug'
        'Get-DebugArtifact'
        'Get-EphemeralContainer'
        'Get-EphemeralContainerLog'
        'Get-Node'
        'Get-Pod'
        'Invoke-DebugCommand'
        'New-EphemeralContainer'
        'Remove-DebugArtifact'
        'Stop-EphemeralContainer'
        'Wait-EphemeralContainer'
    )
    FunctionsToExport      = @()
    AliasesToExport        = @()
    VariablesToExport      = @()
    FormatsToProcess       = @('EphemeralDebug.Format.ps1xml')
    PrivateData            = @{
        PSData = @{
            Tags         = @('Kubernetes', 'kubectl', 'debug', 'pod', 'container', 'ephemeral', 'PSEdition_Core', 'Windows', 'Linux', 'MacOS')
            ReleaseNotes = 'See CHANGELOG.md.'
        }
    }
}
