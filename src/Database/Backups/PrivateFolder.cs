namespace RlsChat.Database;

// A folder for people's data on its way, which nobody else can enter and which goes when we do.
internal sealed class PrivateFolder : IDisposable
{
    /// <param name="parent">Where there is room for it; the temporary folder unless told otherwise.</param>
    public PrivateFolder(string? parent = null) => FullPath = Directory.CreateDirectory(
        Path.Combine(parent ?? Path.GetTempPath(), $".rlschat-{Guid.NewGuid():N}"),
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;

    public string FullPath { get; }

    public void Dispose() => Directory.Delete(FullPath, recursive: true);
}
