using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace RlsChat.Tests.Proof.Model;

/// <summary>The whole state as lines of text, of the model and, whoever may see it, of the database.</summary>
internal static class State
{
    public const string Sql = """
        select concat_ws('/', 'User', "id", coalesce("organizationId"::text, '-'), coalesce("roleId"::text, '-'), coalesce("managerId"::text, '-'), "creditBalance", "email", "password" is not null, "emailVerified" is not null) from public."User"
        union all select concat_ws('/', 'Organization', "id") from public."Organization"
        union all select concat_ws('/', 'Role', "id", coalesce("organizationId"::text, '-'), (select string_agg(p.key, ' ' order by p.key collate "C") from jsonb_each("permissions") p)) from public."Role"
        union all select concat_ws('/', 'Chat', "id", "userId", coalesce("organizationId"::text, '-'), "visibility") from public."Chat"
        union all select concat_ws('/', 'Message', "id", "chatId", coalesce("userId"::text, '-'), case when "parts"::text like '[{%' then 'answer' else trim("parts"::text, '[]') end) from public."Message"
        union all select concat_ws('/', 'Vote', "id", "message_id", "user_id", "value") from public."Vote"
        union all select concat_ws('/', 'Document', "id", extract(epoch from "createdAt")::int - 1767225600, "userId", coalesce("organizationId"::text, '-')) from public."Document"
        union all select concat_ws('/', 'Suggestion', "id", coalesce("userId"::text, '-'), "suggestedText", "isResolved") from public."Suggestion"
        union all select concat_ws('/', 'Stream', "id", "chatId", coalesce("userId"::text, '-'), "finishedAt" is not null, coalesce("messageId"::text, '-')) from public."Stream"
        union all select concat_ws('/', 'StreamChunk', "streamId", "index", "data") from public."StreamChunk"
        union all select concat_ws('/', 'Invitation', "id", "organizationId", "roleId", "email", "invitedBy", "acceptedAt" is not null) from public."Invitation"
        union all select concat_ws('/', 'accounts', "providerAccountId", "userId") from public.accounts
        union all select concat_ws('/', 'sessions', "id", "userId", coalesce("familyId"::text, '-'), "rotated" is not null, "revoked" is not null) from public.sessions
        union all select concat_ws('/', 'verificationToken', "token", "userId", "purpose", "identifier") from public."verificationToken"
        union all select concat_ws('/', 'IdempotencyKey', "userId", "key") from public."IdempotencyKey"
        union all select concat_ws('/', 'Quota', "userId", "kind") from public."Quota"
        """;

    public static IEnumerable<string> Of(World world) => world.Rows.Where(r => r is not Role { Org: null }).Select(Line).OfType<string>();

    // Two ledgers are followed by what people see of them: their ids are the database's own.
    private static string? Line(IRow row) => row switch
    {
        Person p => $"User/{p.Key}/{p.Org ?? "-"}/{p.Role ?? "-"}/{p.Manager ?? "-"}/{p.Balance.ToString("0.00", CultureInfo.InvariantCulture)}/{p.Email}/{Is(p.Password)}/{Is(p.Verified)}",
        Organization o => $"Organization/{o.Key}",
        Role r => $"Role/{r.Key}/{r.Org}{(r.Permissions.Count == 0 ? "" : $"/{string.Join(' ', r.Permissions.Order(StringComparer.Ordinal))}")}",
        Chat c => $"Chat/{c.Key}/{c.Owner}/{c.Org ?? "-"}/{(c.Public ? "public" : "private")}",
        Message m => $"Message/{m.Key}/{m.Chat}/{m.Author ?? "-"}/{m.Text}",
        Vote v => $"Vote/{v.Key}/{v.Message}/{v.Voter}/{(v.Up ? "up" : "down")}",
        Document d => $"Document/{d.Id}/{d.At}/{d.Owner}/{d.Org ?? "-"}",
        Suggestion s => $"Suggestion/{s.Key}/{s.Author ?? "-"}/{s.Text}/{Is(s.Resolved)}",
        Stream s => $"Stream/{s.Key}/{s.Chat}/{s.Opener ?? "-"}/{Is(s.Finished)}/{s.Message ?? "-"}",
        Chunk c => $"StreamChunk/{c.Stream}/{c.Index}/{c.Data}",
        Invitation i => $"Invitation/{i.Key}/{i.Org}/{i.Role}/{i.Email}/{i.By}/{Is(i.Accepted)}",
        Account a => $"accounts/{a.Key}/{a.Owner}",
        Session s => $"sessions/{s.Key}/{s.Owner}/{s.Family ?? "-"}/{Is(s.Rotated)}/{Is(s.Revoked)}",
        Mailed m => $"verificationToken/{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(m.Key)))}/{m.Owner}/{m.Purpose}/{m.Email}",
        IdempotencyKey k => $"IdempotencyKey/{k.Owner}/{k.Name}",
        Quota q => $"Quota/{q.Owner}/{q.Kind}",
        _ => null,
    };

    private static string Is(bool fact) => fact ? "t" : "f";
}
