using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>
/// What a hijacked function could not reach, role by role: the tables of which the role may do nothing, read nothing or
/// change nothing, whatever a policy says. Of the rest, CatalogueGrantsTests has the columns and pg_policies the rows.
/// </summary>
public sealed class DefinerReachTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    /// <summary>The role, the command ("write": insert, update or delete), and the only tables of which it may do that.</summary>
    public static readonly TheoryData<string, string, string> Reach = new()
    {
        { "identity_definer", "select", "Chat Document Role User sessions" },
        { "identity_definer", "write", "" },
        { "sign_in_definer", "select", "User accounts sessions verificationToken" },
        { "sign_in_definer", "write", "User accounts sessions verificationToken" },
        { "membership_definer", "select", "Chat Document Invitation Organization Role User" },
        { "membership_definer", "insert", "Organization" },
        { "membership_definer", "update", "Chat Document Invitation Organization User" },
        { "membership_definer", "delete", "Organization" },
        { "chat_definer", "select", "Stream StreamChunk" },
        { "chat_definer", "insert", "Message" },
        { "chat_definer", "update", "Stream" },
        { "chat_definer", "delete", "" },
        { "credit_definer", "select", "CreditEntry Quota User" },
        { "credit_definer", "insert", "CreditEntry Quota" },
        { "credit_definer", "update", "Quota User" },
        { "credit_definer", "delete", "" },
        { "live_definer", "select", "Chat Event Message Role Stream StreamChunk User Vote sessions" },
        { "live_definer", "write", "" },
        { "record_definer", "select", "Chat Message User" },
        { "record_definer", "insert", "AuditEvent Event" },
        { "record_definer", "update", "" },
        { "record_definer", "delete", "" },
        { "builtin_definer", "select", "Chat Document Message Role Stream StreamChunk Suggestion User Vote accounts sessions" },
        { "builtin_definer", "insert", "Chat Document Message Role Stream StreamChunk Suggestion User Vote accounts sessions" },
        { "builtin_definer", "update", "Role" },
        { "builtin_definer", "delete", "" },
        { "rlschat_purge", "select", "Stream" },
        { "rlschat_purge", "insert", "" },
        { "rlschat_purge", "update", "" },
        { "rlschat_stats", "select", "" },
        { "rlschat_stats", "write", "" },
    };

    /// <summary>The role, and the columns that it may not read although it reads others of the table.</summary>
    public static readonly TheoryData<string, string> Unread = new()
    {
        { "identity_definer", "User.password User.creditBalance sessions.sessionToken Chat.title Document.content Document.title" },
        { "live_definer", "User.password User.creditBalance sessions.sessionToken" },
        { "membership_definer", "User.password User.creditBalance Chat.title Document.content Document.title" },
        { "credit_definer", "User.password User.email CreditEntry.reason" },
        { "record_definer", "User.password User.email Message.parts Message.attachments Chat.title" },
        { "sign_in_definer", "User.creditBalance User.organizationId User.roleId accounts.access_token accounts.refresh_token" },
    };

    [Theory]
    [MemberData(nameof(Reach))]
    public async Task A_role_of_functions_reaches_these_tables_and_no_other(string role, string command, string tables)
    {
        var privileges = command == "write" ? "insert, update" : command == "delete" ? null : command;
        var columns = privileges is null ? "false" : $"has_any_column_privilege('{role}', c.oid, '{privileges}')";
        var rows = command is "write" or "delete" ? $"has_table_privilege('{role}', c.oid, 'delete')" : "false";
        Assert.Equal(tables, string.Join(' ', await Db.List($"""
            select c.relname from pg_class c
            where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and ({columns} or {rows})
            order by c.relname collate "C"
            """)));
    }

    [Theory]
    [MemberData(nameof(Unread))]
    public async Task A_role_of_functions_does_not_read_these_columns(string role, string columns)
    {
        foreach (var name in columns.Split(' ').Select(column => column.Split('.')))
        {
            Assert.False(await Db.Ask<bool>($"""select has_column_privilege('{role}', 'public."{name[0]}"', '{name[1]}', 'select')"""), $"{role}: {string.Join('.', name)}");
        }
    }

    [Fact]
    public async Task Each_role_that_owns_functions_is_described_here()
    {
        Assert.Equal(Reach.Select(row => (string)row[0]).Distinct().Order(StringComparer.Ordinal), await Db.List("""
            select distinct r.rolname from pg_proc p join pg_roles r on r.oid = p.proowner
            where p.prosecdef and p.pronamespace::regnamespace::text in ('public', 'auth', 'app_private', 'monitor')
            order by 1
            """));
    }

    /// <summary>The roles of this system stand in three places: the files of db/roles, and two lists in the database.</summary>
    [Theory]
    [InlineData("select role as name from app_private.own_role")]
    [InlineData("select name from app_private.definitions() where kind = 'role'")]
    public async Task The_lists_of_roles_are_the_files(string list)
    {
        await Db.AsRole("rlschat_owner");
        Assert.Equal(
            Database.Declarations.Roles(Database.Script.Embedded).Distinct().Order(StringComparer.Ordinal),
            await Db.List($"""select name from ({list}) r order by name collate "C" """));
    }
}
