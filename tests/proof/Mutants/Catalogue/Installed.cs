using System.Text.Json;
using Npgsql;

namespace RlsChat.Tests.Mutants.Catalogue;

/// <summary>An installed database, to be asked what stands in its catalogue.</summary>
internal sealed class Installed(NpgsqlConnection connection)
{
    /// <summary>The roles that this system makes, but for those of its operators.</summary>
    public static readonly IReadOnlyList<string> Roles =
    [
        "anonymous", "regular_user", "identity_setter", "monitor", "rlschat_api", "rlschat_auth",
        "builtin_definer", "chat_definer", "credit_definer", "identity_definer",
        "live_definer", "membership_definer", "record_definer", "sign_in_definer",
        "rlschat_backup", "rlschat_explain", "rlschat_live", "rlschat_owner", "rlschat_purge", "rlschat_stats", "admin",
    ];

    /// <summary>Every mutant of it, each with an id of its own.</summary>
    public IReadOnlyList<Mutant> Mutants()
    {
        List<Mutant> all =
        [
            .. Policies.Of(this), .. Tables.Of(this), .. Grants.Of(this), .. Constraints.Of(this), .. Triggers.Of(this),
            .. Functions.Of(this), .. Views.Of(this), .. ClusterRoles.Of(this),
        ];
        var twice = all.GroupBy(m => m.Id).FirstOrDefault(g => g.Count() > 1);
        return twice is null ? all : throw new InvalidOperationException($"two mutants are called \"{twice.Key}\"");
    }

    /// <summary>The rows of a query over the catalogue; columns are named as the record's parameters.</summary>
    public IReadOnlyList<T> Rows<T>(string sql)
    {
        using var command = new NpgsqlCommand($"select row_to_json(q)::text from ({sql}) q", connection);
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(JsonSerializer.Deserialize<T>(reader.GetString(0))!);
        }

        return rows;
    }

    /// <summary>A name as SQL writes it.</summary>
    public static string Quoted(string name) =>
        name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_') ? name : $"\"{name}\"";
}
