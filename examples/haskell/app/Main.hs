module Main (main) where

import Data.Maybe (mapMaybe)
import Hello.Greeting (greet)
import Hello.Name (name)
import System.Environment (getArgs)

main :: IO ()
main = do
  given <- getArgs
  mapM_ (putStrLn . greet) (mapMaybe name (if null given then ["world"] else given))
