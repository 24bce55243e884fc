module Main (main) where

import Control.Monad (unless)
import Hello.Greeting (greet)
import Hello.Name (name)
import System.Exit (exitFailure)

main :: IO ()
main = do
  let said = greet <$> name "Ada"
  unless (said == Just "Hello, Ada!") $ do
    putStrLn ("unexpected: " ++ show said)
    exitFailure
  unless (name "" == Nothing) exitFailure
  putStrLn "all good"
