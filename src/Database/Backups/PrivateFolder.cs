namespace RlsChat.Database;

// A temporary folder for confidential data, accessible to its owner only and deleted on disposal.
internal sealed class PrivateFolder : IDisposable
{
    /// <param name="parent">A folder with enough space; by default the temporary folder.</param>
    public PrivateFolder(string? parent = null) => FullPath = Directory.CreateDirectory(
        Path.Combine(parent ?? Path.GetTempPath(), $".rlschat-{Guid.NewGuid():N}"),
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;

    public string FullPath { get; }

    public void Dispose() => Directory.Delete(FullPath, recursive: true);
}
