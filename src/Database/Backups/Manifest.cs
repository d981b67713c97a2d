using System.Text.Json;

namespace RlsChat.Database;

// What a backup says of itself, beside the dump: enough to know, after a restoration, that all of it is there.
internal sealed record Manifest
{
    private static readonly JsonSerializerOptions Json =
        new(JsonSerializerDefaults.Web) { WriteIndented = true, RespectRequiredConstructorParameters = true };

    /// <summary>The form of a backup; another form is refused.</summary>
    public const int CurrentFormat = 1;

    public required int Format { get; init; }

    public required DateTime TakenAt { get; init; }

    public required string Database { get; init; }

    /// <summary>The major version of the server that it was taken from.</summary>
    public required int Server { get; init; }

    /// <summary>The major version of the pg_dump that wrote the dump.</summary>
    public required int Tools { get; init; }

    /// <summary>The files of db/ that the database had, with their hashes.</summary>
    public required Dictionary<string, string> Migrations { get; init; }

    /// <summary>How many rows each table holds.</summary>
    public required SortedDictionary<string, long> Rows { get; init; }

    /// <summary>Which number each sequence gives next.</summary>
    public required SortedDictionary<string, long> Sequences { get; init; }

    /// <summary>A SHA-256 of each definition that access depends on: policies, grants, functions, owners, roles.</summary>
    public required SortedDictionary<string, string> Definitions { get; init; }

    /// <summary>The roles that the database names, and those that can become one of them; no passwords.</summary>
    public required List<SavedRole> Roles { get; init; }

    /// <summary>The grants on schema public, which pg_dump writes so that only a superuser can restore them.</summary>
    public required List<string> PublicGrants { get; init; }

    /// <summary>What db-check said when the backup was taken.</summary>
    public required List<string> Findings { get; init; }

    public string Write() => JsonSerializer.Serialize(this, Json);

    public static Manifest Read(string text)
    {
        try
        {
            var manifest = JsonSerializer.Deserialize<Manifest>(text, Json);
            return manifest?.Format == CurrentFormat ? manifest : throw new SetupException(
                $"The backup is of form {manifest?.Format}, and this build reads form {CurrentFormat}.");
        }
        catch (JsonException e)
        {
            throw new SetupException($"The backup's manifest cannot be read: {e.Message}", e);
        }
    }
}

/// <summary>A role as it was, without its password.</summary>
internal sealed record SavedRole(string Name, string Attributes, string? Comment, List<string> Settings, List<string> MemberOf);
