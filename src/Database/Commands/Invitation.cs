namespace RlsChat.Database.Commands;

// Next steps, printed after the start.
internal static class Invitation
{
    public static void Print(string address, bool withPeople)
    {
        Console.WriteLine($"""

            Open {address} (the reference of the API: {address}/docs). Ctrl-C ends it.
            """);
        if (!withPeople)
        {
            return;
        }

        Console.WriteLine("Mails are written to .data/mail. The demo people:");
        Seed.PrintPeople();
        Console.WriteLine($"""

            The same request, asked by Ana, by Dan, and what everybody may read (in another terminal):
              {As(address, DemoPerson.Ana)}
              {As(address, DemoPerson.Dan)}
              curl -s '{address}/chats?scope=public'; echo

            """);
    }

    private static string As(string address, DemoPerson person) =>
        $"curl -s '{address}/chats?scope=organization' -H \"authorization: Bearer $(curl -s {address}/auth/login "
            + "-H 'content-type: application/json' "
            + $$"""-d '{"email":"{{person.Email}}","password":"{{person.Password}}"}' """
            + """| sed 's/.*"accessToken":"\([^"]*\)".*/\1/')"; echo""";
}
