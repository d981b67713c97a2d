using RlsChat.Tests.Mutants;
using RlsChat.Tests.Mutants.Running;

try
{
    return args switch
    {
        ["worker"] => await Worker.Run(),
        ["list", .. var rest] => await Campaign.List(Options.Parse(rest)),
        _ => await Campaign.Run(Options.Parse(args)),
    };
}
catch (FormatException e)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}
