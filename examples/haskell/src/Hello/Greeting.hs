module Hello.Greeting (greet) where

import Hello.Name (Name, render)

greet :: Name -> String
greet who = "Hello, " ++ render who ++ "!"
